package tocsin.timescale;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import tocsin.signal.InMemorySignalLog;
import tocsin.signal.LogPosition;
import tocsin.signal.SampleBatch;
import tocsin.signal.Series;
import tocsin.timescale.embedded.EmbeddedPostgres;

/** A PostgreSQL that goes away and comes back under load. It is a server of its own, so that others are not harmed. */
class OutageTest {
    private static final Instant NOON = Instant.parse("2026-03-28T12:00:00Z");
    private static final Series SERIES = Series.of("test_metric");
    private static final Duration BOUND = Duration.ofSeconds(10);

    private final TestClock clock = new TestClock(NOON);
    private final InMemorySignalLog log = new InMemorySignalLog(clock);
    private final Path directory = Path.of("target", "test-outage");
    private EmbeddedPostgres server;
    private Database database;
    private SampleStorage storage;
    private JdbcClient jdbc;

    @BeforeEach
    void begin() {
        server = EmbeddedPostgres.start(directory);
        database = Database.open(
                TestDatabases.settings(server.url(), server.user(), server.password()), new SimpleMeterRegistry());
        jdbc = JdbcClient.create(database.dataSource());
        jdbc.sql("TRUNCATE sample_block, series, log_position, rollup_due").update();
    }

    @AfterEach
    void end() {
        if (storage != null) {
            storage.close();
        }
        database.close();
        server.close();
    }

    private void start(StorageSettings settings) {
        storage = new SampleStorage(database, log, settings, clock, new SimpleMeterRegistry());
        storage.start();
    }

    private void append(int second) {
        log.append(SampleBatch.builder(1)
                        .add(SERIES, NOON.plusSeconds(second).toEpochMilli(), second)
                        .build())
                .join();
    }

    /** The tests' clock stands still, so no flush is due: what is stored after the outage is stored because of it. */
    @Test
    void afterAnOutageEverythingIsStoredAtOnceAndOnce() {
        start(StorageSettings.DEFAULT);
        append(0);
        Await.until(
                BOUND,
                () -> storage.history()
                        .samples(SERIES.fingerprint(), NOON, NOON.plusSeconds(9))
                        .size(),
                1);
        assertThat(storedSamples()).as("its block is open").isZero();

        interrupt();
        for (int second = 1; second <= 500; second++) {
            append(second);
        }
        Await.until(
                BOUND,
                () -> storage.history()
                        .samples(SERIES.fingerprint(), NOON, NOON.plusSeconds(1000))
                        .size(),
                501);

        Await.until(BOUND, this::storedSamples, 501L);
        Await.until(BOUND, () -> log.committed("storage").orElse(LogPosition.START), new LogPosition(501));
        assertThat(samplesInSql()).isEqualTo(501);
    }

    @Test
    void aFullBufferWaitsAndTheLogHoldsTheRest() {
        var settings = new StorageSettings(
                Duration.ofMinutes(5),
                1000,
                Duration.ofMillis(50),
                Duration.ofDays(30),
                Duration.ofDays(400),
                Duration.ofDays(1825),
                Duration.ofDays(1),
                Duration.ofMinutes(10),
                Duration.ofMinutes(1));
        start(settings);
        interrupt();
        for (int second = 0; second < 3000; second++) {
            append(second);
        }
        Await.until(BOUND, this::samplesInSqlOrNone, 3000L);
        assertThat(storedSamples()).isEqualTo(3000);
    }

    /** Sessions are cut in the middle of whatever they do, again and again; nothing is lost and nothing comes twice. */
    @Test
    void cutSessionsNeitherLoseNorDouble() throws Exception {
        var settings = new StorageSettings(
                Duration.ofSeconds(1),
                100_000,
                Duration.ofMillis(20),
                Duration.ofDays(30),
                Duration.ofDays(400),
                Duration.ofDays(1825),
                Duration.ofDays(1),
                Duration.ofMinutes(10),
                Duration.ofMinutes(1));
        start(settings);
        try (var admin = DriverManager.getConnection(server.url(), server.user(), server.password());
                var statement = admin.createStatement()) {
            for (int second = 0; second < 1000; second++) {
                append(second);
                clock.advance(Duration.ofSeconds(1));
                if (second % 20 == 0) {
                    statement.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            + " WHERE application_name = 'tocsin'");
                }
            }
        }
        Await.until(
                Duration.ofSeconds(30),
                () -> {
                    clock.advance(Duration.ofSeconds(1));
                    return log.committed("storage").orElse(LogPosition.START);
                },
                new LogPosition(1000));
        storage.close();
        assertThat(storedSamples()).isEqualTo(1000);
        assertThat(samplesInSql()).isEqualTo(1000);
    }

    /** What one writer stored is not stored again by the next, even when the first was cut off before it could know. */
    @Test
    void aPositionThatSomeoneElseMovedIsRespected() {
        start(StorageSettings.DEFAULT);
        append(0);
        Await.until(
                BOUND,
                () -> storage.history()
                        .samples(SERIES.fingerprint(), NOON, NOON.plusSeconds(9))
                        .size(),
                1);
        jdbc.sql("UPDATE log_position SET position = 1 WHERE consumer = 'storage'")
                .update();
        append(1);
        clock.advance(Duration.ofMinutes(5));
        Await.until(
                BOUND,
                () -> {
                    clock.advance(Duration.ofMinutes(5));
                    return storedSamples();
                },
                1L);
        assertThat(jdbc.sql("SELECT value[1] FROM sample_block")
                        .query(Double.class)
                        .single())
                .isEqualTo(1.0);
    }

    private long storedSamples() {
        try {
            return jdbc.sql("SELECT coalesce(sum(cardinality(at)), 0) FROM sample_block")
                    .query(Long.class)
                    .single();
        } catch (DataAccessException e) {
            return 0; // away
        }
    }

    private long samplesInSql() {
        return jdbc.sql("SELECT count(*) FROM sample").query(Long.class).single();
    }

    private long samplesInSqlOrNone() {
        try {
            return samplesInSql();
        } catch (DataAccessException e) {
            return 0;
        }
    }

    /** Stop the server; the launcher starts it again on the same port. */
    private void interrupt() {
        ProcessHandle postmaster = postmaster();
        postmaster.destroyForcibly();
        Await.until(BOUND, postmaster::isAlive, false);
    }

    private ProcessHandle postmaster() {
        try {
            var lines = Files.readAllLines(directory.resolve("data/postmaster.pid"));
            return ProcessHandle.of(Long.parseLong(lines.getFirst().strip())).orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
