package tocsin.web.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import tocsin.signal.SampleBatch;
import tocsin.signal.Series;

/**
 * PostgreSQL goes away under load and comes back. Twenty seconds, so that the build stays quick;
 * {@code -Dtocsin.test.away=PT2M} makes it two minutes.
 */
class DatabaseAwayIT {
    private static final Duration AWAY = Duration.parse(System.getProperty("tocsin.test.away", "PT20S"));
    /** For samples, alert and page together, from the moment at which PostgreSQL takes connections again. */
    private static final Duration SOON = Duration.ofSeconds(10);

    private static final String RULE = """
            rule "away.breach"
                @severity(critical)
                @summary("It broke while the database was away")
            when
                $it : Series(metric == "away_breach", value > 0)
            then
                raise($it);
            end
            """;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path data;

    @Test
    void signalsAreTakenRulesRunAndEverythingIsStoredSoonAfterItsReturn() throws Exception {
        try (var database = new RestartableDatabase(data.resolve("database"));
                var inbox = new Inbox();
                var tocsin = TocsinProcess.start(data, database.environment())) {
            tocsin.webhook("phone", inbox.url());
            tocsin.publish("away.breach", RULE);
            var load = new Load(tocsin, Instant.now().toEpochMilli());
            try (load) {
                TocsinProcess.await(
                        "the load to run",
                        Duration.ofSeconds(20),
                        () -> load.acknowledged().size() > 200);
                database.stop();
                int before = load.acknowledged().size();
                var brokeAt = Instant.now();
                assertThat(tocsin.send(breach(brokeAt))).isEqualTo(204);
                LockSupport.parkNanos(TimeUnit.NANOSECONDS.convert(AWAY));
                assertThat(load.acknowledged().size() - before)
                        .as("samples acknowledged without a database")
                        .isGreaterThan((int) AWAY.toSeconds() * 100);
                assertThat(load.refusals()).isZero();

                var expected = load.acknowledged();
                database.startAgain();
                var end = Instant.now().plus(SOON);
                TocsinProcess.await(
                        "every sample of the outage in the database",
                        until(end),
                        () -> new HashSet<>(StoredSamples.numbers(database.server())).containsAll(expected));
                TocsinProcess.await("the alert with its own time", until(end), () -> firedAt(tocsin, brokeAt));
                TocsinProcess.await(
                        "its page",
                        until(end),
                        () -> inbox.received("alert.firing").stream()
                                        .filter(page -> page.body()
                                                .path("facts")
                                                .path("rule")
                                                .asString()
                                                .equals("away.breach"))
                                        .count()
                                == 1);
            }
            assertThat(StoredSamples.numbers(database.server())).doesNotHaveDuplicates();
        }
    }

    private static Duration until(Instant end) {
        return Duration.between(Instant.now(), end);
    }

    private static boolean firedAt(TocsinProcess tocsin, Instant brokeAt) throws Exception {
        var alerts = tocsin.json("/api/v1/alerts?rule=away.breach");
        return StreamSupport.stream(alerts.spliterator(), false)
                .map(alert -> Instant.parse(alert.path("firedAt").asString()))
                .anyMatch(at -> Duration.between(brokeAt, at).abs().toSeconds() < 5);
    }

    private static SampleBatch breach(Instant at) {
        return SampleBatch.builder(1)
                .add(Series.of("away_breach"), at.toEpochMilli(), 1)
                .build();
    }
}
