package tocsin.timescale;

import java.nio.file.Path;
import java.time.Instant;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** The stores of one database, emptied for each test. */
final class StoresFixture implements AutoCloseable {
    final Database database = TestDatabases.embedded();
    final TestClock clock = new TestClock(Instant.parse("2026-03-01T12:00:00Z"));
    final JdbcClient jdbc = JdbcClient.create(database.dataSource());
    final TransactionTemplate transaction = new TransactionTemplate(database.transactionManager());
    Stores stores;

    StoresFixture() {
        empty();
    }

    void empty() {
        jdbc.sql("""
                        TRUNCATE alert, alert_transition, handover, log_position, rule, rule_version, channel, outbox,
                            outbox_attempt, incident, account, api_token, audit RESTART IDENTITY
                        """).update();
        stores = stores(SecretBox.open(null, Path.of("target", "test-secrets")));
    }

    /** Settings that are called password or token are secret. */
    Stores stores(SecretBox box) {
        return Stores.of(
                database,
                box,
                (type, setting) -> setting.equals("password") || setting.equals("token"),
                clock,
                "node-1");
    }

    @Override
    public void close() {
        database.close();
    }
}
