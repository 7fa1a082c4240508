package tocsin.timescale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tocsin.access.Account;
import tocsin.access.ApiToken;
import tocsin.access.AuditLog;
import tocsin.access.Role;
import tocsin.alert.AlertId;
import tocsin.incident.Incident;
import tocsin.notify.Channel;
import tocsin.rule.Severity;

class ConfigurationStoresTest {
    private static final Instant TEN = Instant.parse("2026-03-01T10:00:00Z");
    private static final AlertId ALERT = new AlertId("0123456789abcdef-1");

    private static StoresFixture fixture;

    @BeforeAll
    static void open() {
        fixture = new StoresFixture();
    }

    @AfterAll
    static void close() {
        fixture.close();
    }

    @BeforeEach
    void empty() {
        fixture.empty();
    }

    private static Channel channel(String name, Map<String, String> settings) {
        return new Channel(name, "email", settings, 1, Severity.HIGH, true);
    }

    @Test
    void aChannelComesBackWithItsSecrets() {
        Channel mail = channel("mail", Map.of("to", "ops@example.org", "password", "hunter2"));
        fixture.stores.channels().save(mail, "ada");
        fixture.stores.channels().save(channel("a-first", Map.of()), "ada");

        assertThat(fixture.stores.channels().find("mail")).contains(mail);
        assertThat(fixture.stores.channels().all()).extracting(Channel::name).containsExactly("a-first", "mail");
        Channel changed = new Channel("mail", "email", Map.of("to", "x", "token", "t"), 2, Severity.LOW, false);
        fixture.stores.channels().save(changed, "bob");
        assertThat(fixture.stores.channels().find("mail")).contains(changed);
        assertThat(fixture.stores.channels().delete("mail", "bob")).isTrue();
        assertThat(fixture.stores.channels().delete("mail", "bob")).isFalse();
        assertThat(fixture.stores.channels().find("mail")).isEmpty();
    }

    @Test
    void secretsAreNeitherInTheDatabaseNorInTheAudit() {
        fixture.stores.channels().save(channel("mail", Map.of("to", "you", "password", "hunter2")), "ada");
        String row = fixture.jdbc
                .sql("SELECT channel::text || encode(secrets, 'escape') FROM channel")
                .query(String.class)
                .single();
        assertThat(row).contains("you").doesNotContain("hunter2");
        assertThat(fixture.stores.audit().latest(1))
                .extracting(
                        AuditLog.Entry::actor, AuditLog.Entry::action, AuditLog.Entry::subject, AuditLog.Entry::detail)
                .containsExactly(tuple("ada", "channel.save", "mail", "email, level 1, high or worse"));
    }

    @Test
    void withAnotherKeyAChannelLosesItsSecretsAndTheOthersGoOn() {
        fixture.stores.channels().save(channel("mail", Map.of("to", "you", "password", "hunter2")), "ada");
        fixture.stores.channels().save(channel("open", Map.of("to", "me")), "ada");
        String otherKey = Base64.getEncoder().encodeToString(new byte[32]);
        var channels =
                fixture.stores(SecretBox.open(otherKey, Path.of("unused"))).channels();
        assertThat(channels.all())
                .extracting(Channel::settings)
                .containsExactly(Map.of("to", "you"), Map.of("to", "me"));
    }

    @Test
    void aSealedSecretCannotBeMovedToAnotherChannel() {
        fixture.stores.channels().save(channel("mail", Map.of("password", "hunter2")), "ada");
        fixture.jdbc.sql("UPDATE channel SET name = 'stolen'").update();
        assertThat(fixture.stores.channels().find("stolen").orElseThrow().settings())
                .isEmpty();
    }

    @Test
    void aKeyOfTheWrongFormIsRefused() {
        assertThatThrownBy(() -> SecretBox.open("short", Path.of("unused")))
                .hasMessage(
                        "TOCSIN_SECRET_KEY must hold 32 bytes in Base64, as \"openssl rand -base64 32\" prints them");
    }

    @Test
    void accountsAreSavedAndChanged() {
        var ada = new Account("ada", "{bcrypt}x", Role.ADMIN, true);
        fixture.stores.access().save(ada, "setup");
        assertThat(fixture.stores.access().account("ada")).contains(ada);
        var demoted = new Account("ada", "{bcrypt}y", Role.VIEWER, false);
        fixture.stores.access().save(demoted, "bob");
        assertThat(fixture.stores.access().accounts()).containsExactly(demoted);
        assertThat(fixture.stores.access().account("eve")).isEmpty();
        assertThat(fixture.stores.audit().latest(1).getFirst().detail()).isEqualTo("viewer, disabled");
    }

    @Test
    void tokensAreFoundByHashAndTouched() {
        var token = new ApiToken(
                "t1", "ci", "hash", Set.of(ApiToken.Scope.INGEST, ApiToken.Scope.READ), "ada", TEN, null, null);
        fixture.stores.access().save(token, "ada");
        assertThat(fixture.stores.access().tokenByHash("hash")).contains(token);
        assertThat(fixture.stores.access().tokenByHash("other")).isEmpty();
        fixture.stores.access().touchToken("t1", TEN.plusSeconds(60));
        fixture.stores.access().touchToken("t1", TEN.plusSeconds(30));
        assertThat(fixture.stores.access().tokens().getFirst().lastUsedAt()).isEqualTo(TEN.plusSeconds(60));
        assertThat(fixture.stores.access().deleteToken("t1", "ada")).isTrue();
        assertThat(fixture.stores.access().deleteToken("t1", "ada")).isFalse();
        assertThat(fixture.stores.access().tokens()).isEmpty();
    }

    @Test
    void anAlertOpensOneIncident() {
        Incident first = fixture.stores.incidents().open(ALERT, "CPU", Severity.HIGH, TEN);
        assertThat(fixture.stores.incidents().open(ALERT, "again", Severity.LOW, TEN))
                .isEqualTo(first);
        Incident second = fixture.stores.incidents().open(new AlertId("0123456789abcdef-2"), "B", Severity.LOW, TEN);
        assertThat(second.number()).as("no gap").isEqualTo(first.number() + 1);
        assertThat(fixture.stores.incidents().latest(10)).containsExactly(second, first);

        assertThat(fixture.stores
                        .incidents()
                        .close(ALERT, TEN.plusSeconds(5))
                        .orElseThrow()
                        .closedAt())
                .isEqualTo(TEN.plusSeconds(5));
        assertThat(fixture.stores.incidents().close(ALERT, TEN.plusSeconds(9))).isEmpty();
        assertThat(fixture.stores.incidents().of(ALERT).orElseThrow().closedAt())
                .isEqualTo(TEN.plusSeconds(5));
    }

    /** JPA and JDBC share the transaction, so what fails together is undone together. */
    @Test
    void oneTransactionSpansAllStores() {
        fixture.transaction.executeWithoutResult(status -> {
            fixture.stores.access().save(new Account("ada", "{x}", Role.ADMIN, true), "setup");
            fixture.stores.channels().save(channel("mail", Map.of()), "ada");
            fixture.stores.incidents().open(ALERT, "CPU", Severity.HIGH, TEN);
            status.setRollbackOnly();
        });
        assertThat(fixture.stores.access().accounts()).isEmpty();
        assertThat(fixture.stores.channels().all()).isEmpty();
        assertThat(fixture.stores.incidents().latest(10)).isEmpty();
        assertThat(fixture.stores.audit().latest(10)).isEmpty();
    }
}
