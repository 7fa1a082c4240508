package tocsin.web.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import tocsin.access.AccessStore;
import tocsin.access.ApiToken;

/**
 * Makes API tokens and knows them again. A key looks like {@code toc_<id>_<secret>}; only its SHA-256 is kept, which is
 * enough because the secret is random and long, so that nobody can guess it from the hash.
 */
@Service
public class Tokens {
    /** Last use is written at most this often, so that each request is not a write. */
    private static final Duration TOUCH = Duration.ofMinutes(5);

    private static final int MAX_KEY = 200;
    private static final int MAX_NAME = 100;
    private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

    private final AccessStore store;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    public Tokens(AccessStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** A new token with its key, which is not kept anywhere. */
    public record Created(ApiToken token, String key) {
        @Override
        public String toString() {
            return "a new key for token " + token.id();
        }
    }

    /**
     * Make a token.
     *
     * @param validFor null for a token that does not expire
     * @throws IllegalArgumentException when there is no name, no scope, or no validity
     */
    public Created create(String name, Set<ApiToken.Scope> scopes, @Nullable Duration validFor, String author) {
        if (name.isBlank() || name.length() > MAX_NAME) {
            throw new IllegalArgumentException("a token has a name of at most 100 characters that says what uses it");
        }
        if (scopes.isEmpty()) {
            throw new IllegalArgumentException("a token needs at least one right");
        }
        if (validFor != null && (validFor.isNegative() || validFor.isZero())) {
            throw new IllegalArgumentException("a token is valid for longer than nothing");
        }
        String id = text(8);
        String key = "toc_" + id + "_" + text(40);
        var now = clock.instant();
        var expiresAt = validFor == null ? null : now.plus(validFor);
        var token = new ApiToken(id, name.strip(), hash(key), scopes, author, now, expiresAt, null);
        store.save(token, author);
        return new Created(token, key);
    }

    /** The token that this key belongs to, empty when there is none or when it has expired. */
    public Optional<ApiToken> authenticate(String key) {
        if (key.isEmpty() || key.length() > MAX_KEY) {
            return Optional.empty();
        }
        var now = clock.instant();
        var token = store.tokenByHash(hash(key)).filter(known -> isValid(known, now));
        token.filter(known -> isDue(known, now)).ifPresent(known -> store.touchToken(known.id(), now));
        return token;
    }

    private static boolean isValid(ApiToken token, Instant now) {
        var expiresAt = token.expiresAt();
        return expiresAt == null || expiresAt.isAfter(now);
    }

    private static boolean isDue(ApiToken token, Instant now) {
        var usedAt = token.lastUsedAt();
        return usedAt == null || usedAt.plus(TOUCH).isBefore(now);
    }

    /** SHA-256 of a key in hexadecimal, as {@link ApiToken#hash} keeps it. */
    public static String hash(String key) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java runtime has SHA-256", impossible);
        }
    }

    /** Letters and digits that nobody mistakes for another and that a double click selects; 5 bits each. */
    private String text(int length) {
        var text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return text.toString();
    }
}
