package tocsin.web.access;

import java.nio.charset.StandardCharsets;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Service;
import tocsin.access.AccessStore;
import tocsin.access.Account;
import tocsin.access.Role;

/** Adds and changes accounts. There is always an admin who can sign in. */
@Service("accountChanges")
public class Accounts {
    static final int MIN_PASSWORD = 12;

    /** BCrypt looks at no more than 72 bytes, so longer ones would promise what they do not keep. */
    static final int MAX_PASSWORD = 72;

    private final AccessStore store;
    private final PasswordEncoder encoder;

    public Accounts(AccessStore store, PasswordEncoder encoder) {
        this.store = store;
        this.encoder = encoder;
    }

    /** @throws IllegalArgumentException when the name is taken or not allowed, or the password is too short */
    public void add(String name, String password, Role role, String author) {
        if (store.account(name).isPresent()) {
            throw new IllegalArgumentException("there is an account " + name + " already");
        }
        store.save(new Account(name, encode(password), role, true), author);
    }

    /**
     * @throws IllegalArgumentException when no admin would be left
     * @throws NoSuchElementException when there is no such account
     */
    public void change(String name, Role role, boolean enabled, String author) {
        var account = find(name);
        boolean staysAdmin = enabled && role == Role.ADMIN;
        if (!staysAdmin && isLastAdmin(account)) {
            throw new IllegalArgumentException(name + " is the last admin: make another one first");
        }
        store.save(new Account(name, account.passwordHash(), role, enabled), author);
    }

    /**
     * @throws IllegalArgumentException when the password is too short
     * @throws NoSuchElementException when there is no such account
     */
    public void setPassword(String name, String password, String author) {
        var account = find(name);
        store.save(new Account(name, encode(password), account.role(), account.enabled()), author);
    }

    private boolean isLastAdmin(Account account) {
        return store.accounts().stream()
                .filter(other -> other.enabled() && other.role() == Role.ADMIN)
                .allMatch(other -> other.name().equals(account.name()));
    }

    private Account find(String name) {
        return store.account(name).orElseThrow(() -> new NoSuchElementException("there is no account " + name));
    }

    private String encode(String password) {
        int bytes = password.getBytes(StandardCharsets.UTF_8).length;
        if (password.length() < MIN_PASSWORD || bytes > MAX_PASSWORD) {
            throw new IllegalArgumentException("a password has at least 12 characters and at most 72 bytes");
        }
        return Objects.requireNonNull(encoder.encode(password));
    }
}
