package tocsin.web.demo;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tocsin.access.AccessStore;
import tocsin.access.Account;
import tocsin.access.ApiToken;
import tocsin.access.AuditLog;

/** Accounts, tokens and the audit trail in memory. */
final class DemoAccess implements AccessStore, AuditLog {
    private final Map<String, Account> accounts = new TreeMap<>();
    private final Map<String, ApiToken> tokens = new TreeMap<>();
    private final List<Entry> entries = new ArrayList<>();
    private final InstantSource clock;

    DemoAccess(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public synchronized Optional<Account> account(String name) {
        return Optional.ofNullable(accounts.get(name));
    }

    @Override
    public synchronized List<Account> accounts() {
        return List.copyOf(accounts.values());
    }

    @Override
    public synchronized void save(Account account, String author) {
        accounts.put(account.name(), account);
        record(author, "account.save", account.name(), "role " + account.role().label());
    }

    @Override
    public synchronized Optional<ApiToken> tokenByHash(String hash) {
        return tokens.values().stream()
                .filter(token -> token.hash().equals(hash))
                .findFirst();
    }

    @Override
    public synchronized List<ApiToken> tokens() {
        return List.copyOf(tokens.values());
    }

    @Override
    public synchronized void save(ApiToken token, String author) {
        tokens.put(token.id(), token);
        record(author, "token.create", token.id(), token.name());
    }

    @Override
    public synchronized boolean deleteToken(String id, String author) {
        return tokens.remove(id) != null;
    }

    @Override
    public void touchToken(String id, Instant usedAt) {}

    @Override
    public synchronized void record(String actor, String action, String subject, String detail) {
        record(clock.instant(), actor, action, subject, detail);
    }

    synchronized void record(Instant at, String actor, String action, String subject, String detail) {
        entries.addFirst(new Entry(entries.size() + 1L, at, actor, action, subject, detail));
    }

    @Override
    public synchronized List<Entry> latest(int limit) {
        return entries.stream().limit(limit).toList();
    }
}
