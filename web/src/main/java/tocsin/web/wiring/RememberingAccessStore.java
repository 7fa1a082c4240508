package tocsin.web.wiring;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tocsin.access.AccessStore;
import tocsin.access.Account;
import tocsin.access.ApiToken;
import tocsin.web.access.Tokens;

/**
 * Remembers API tokens for half a minute, and for as long as the database is away: signals must be let in whether it
 * answers or not. Knows the token of {@code TOCSIN_TOKEN} besides.
 */
final class RememberingAccessStore implements AccessStore {
    private static final Logger log = LoggerFactory.getLogger(RememberingAccessStore.class);
    private static final Duration FRESH = Duration.ofSeconds(30);
    /** Pause before the database is asked again after it did not answer. */
    private static final Duration AWAY = Duration.ofSeconds(5);

    private static final Instant FAR_AHEAD = Instant.parse("9999-01-01T00:00:00Z");

    private record Known(Map<String, ApiToken> byHash, Instant until) {}

    private final AccessStore stored;
    private final Map<String, ApiToken> configured;
    private final InstantSource clock;
    private volatile Known known = new Known(Map.of(), Instant.MIN);

    RememberingAccessStore(AccessStore stored, String configuredKey, InstantSource clock) {
        this.stored = stored;
        this.configured = configured(configuredKey, clock.instant());
        this.clock = clock;
    }

    private static Map<String, ApiToken> configured(String key, Instant now) {
        if (key.isBlank()) {
            return Map.of();
        }
        String hash = Tokens.hash(key.strip());
        // used "now", so that nobody tries to write down its last use
        var token = new ApiToken(
                "configured", "TOCSIN_TOKEN", hash, Set.of(ApiToken.Scope.ADMIN), "start-up", now, null, FAR_AHEAD);
        return Map.of(hash, token);
    }

    @Override
    public Optional<ApiToken> tokenByHash(String hash) {
        var fixed = configured.get(hash);
        return fixed == null ? Optional.ofNullable(current().byHash().get(hash)) : Optional.of(fixed);
    }

    private Known current() {
        return known.until().isAfter(clock.instant()) ? known : refresh();
    }

    private synchronized Known refresh() {
        var now = clock.instant();
        if (known.until().isAfter(now)) {
            return known; // another thread was quicker
        }
        try {
            known = new Known(
                    stored.tokens().stream().collect(Collectors.toMap(ApiToken::hash, token -> token)),
                    now.plus(FRESH));
        } catch (RuntimeException away) {
            log.warn("API tokens cannot be read, those known go on being accepted: {}", away.getMessage());
            known = new Known(known.byHash(), now.plus(AWAY));
        }
        return known;
    }

    private void forget() {
        known = new Known(known.byHash(), Instant.MIN);
    }

    @Override
    public List<ApiToken> tokens() {
        return stored.tokens();
    }

    @Override
    public void save(ApiToken token, String author) {
        stored.save(token, author);
        forget();
    }

    @Override
    public boolean deleteToken(String id, String author) {
        boolean deleted = stored.deleteToken(id, author);
        forget();
        return deleted;
    }

    /** Later and by another thread: a request does not wait for it, and it does not matter when it fails. */
    @Override
    public void touchToken(String id, Instant usedAt) {
        remember(id, usedAt);
        Thread.ofVirtual().name("touch-token").start(() -> {
            try {
                stored.touchToken(id, usedAt);
            } catch (RuntimeException away) {
                log.debug("The last use of token {} was not written down: {}", id, away.getMessage());
            }
        });
    }

    /** So that the next request does not want to write it down again. */
    private synchronized void remember(String id, Instant usedAt) {
        var touched = known.byHash().values().stream()
                .map(token -> token.id().equals(id) ? usedAt(token, usedAt) : token)
                .collect(Collectors.toMap(ApiToken::hash, token -> token));
        known = new Known(touched, known.until());
    }

    private static ApiToken usedAt(ApiToken token, Instant usedAt) {
        return new ApiToken(
                token.id(),
                token.name(),
                token.hash(),
                token.scopes(),
                token.createdBy(),
                token.createdAt(),
                token.expiresAt(),
                usedAt);
    }

    @Override
    public Optional<Account> account(String name) {
        return stored.account(name);
    }

    @Override
    public List<Account> accounts() {
        return stored.accounts();
    }

    @Override
    public void save(Account account, String author) {
        stored.save(account, author);
    }
}
