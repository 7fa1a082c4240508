package tocsin.web.security;

import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.core.annotation.Order;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Component;
import tocsin.access.AccessStore;
import tocsin.access.Account;
import tocsin.access.Role;

/**
 * Sees to it that somebody can sign in: {@code TOCSIN_ADMIN_PASSWORD} is the password of {@code admin}; without it, one
 * is made at the first start and printed once. There is no default password.
 */
@Component
@Order(0)
class FirstAccount implements ApplicationRunner {
    private static final Logger log = LoggerFactory.getLogger(FirstAccount.class);
    private static final String NAME = "admin";
    private static final String LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"; // none that look alike
    private static final int LENGTH = 20; // 99 bits

    private final AccessStore access;
    private final PasswordEncoder encoder;
    private final @Nullable String configured;

    FirstAccount(
            AccessStore access,
            PasswordEncoder encoder,
            @Value("${TOCSIN_ADMIN_PASSWORD:#{null}}") @Nullable String configured) {
        this.access = access;
        this.encoder = encoder;
        this.configured = configured;
    }

    @Override
    public void run(ApplicationArguments arguments) {
        var admin = access.account(NAME);
        if (configured != null && !configured.isEmpty()) {
            if (admin.isEmpty() || !encoder.matches(configured, admin.get().passwordHash())) {
                save(configured);
            }
            log.info("Sign in as {} with the password of TOCSIN_ADMIN_PASSWORD", NAME);
        } else if (admin.isEmpty()) {
            String made = makePassword();
            save(made);
            log.info("Sign in as {} with the password {} (it is shown this once only)", NAME, made);
        } else {
            log.info("Sign in as {}; to set a new password, start once with TOCSIN_ADMIN_PASSWORD", NAME);
        }
    }

    private void save(String password) {
        access.save(new Account(NAME, encoder.encode(password), Role.ADMIN, true), "start-up");
    }

    private static String makePassword() {
        var random = new SecureRandom();
        var password = new StringBuilder();
        for (int i = 0; i < LENGTH; i++) {
            password.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return password.toString();
    }
}
