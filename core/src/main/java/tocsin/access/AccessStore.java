package tocsin.access;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Keeps accounts and API tokens. Safe for concurrent use. */
public interface AccessStore {
    Optional<Account> account(String name);

    List<Account> accounts();

    void save(Account account, String author);

    Optional<ApiToken> tokenByHash(String hash);

    List<ApiToken> tokens();

    void save(ApiToken token, String author);

    /** Returns whether there was one. */
    boolean deleteToken(String id, String author);

    void touchToken(String id, Instant usedAt);
}
