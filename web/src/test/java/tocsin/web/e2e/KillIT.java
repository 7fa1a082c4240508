package tocsin.web.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import tocsin.signal.SampleBatch;
import tocsin.signal.Series;
import tocsin.timescale.embedded.EmbeddedPostgres;

/**
 * {@code kill -9} of the server under load. Three times, since a start takes a while and the build is to stay quick;
 * {@code -Dtocsin.test.kills=10} makes it ten.
 */
class KillIT {
    private static final int KILLS = Integer.getInteger("tocsin.test.kills", 3);
    private static final String RULE = """
            rule "kill.breach"
                @severity(high)
                @summary("Round {{round}} breaches")
            when
                $round : Series(metric == "kill_round", value > 0)
            then
                raise($round);
            end
            """;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path data;

    @Test
    void nothingAcknowledgedIsLostOrDoubledAndEveryPageArrives() throws Exception {
        var random = new Random(42);
        try (var database = EmbeddedPostgres.start(data.resolve("database"));
                var inbox = new Inbox();
                var tocsin = TocsinProcess.start(
                        data,
                        Map.of(
                                "TOCSIN_DATABASE_URL", database.url(),
                                "TOCSIN_DATABASE_USER", database.user(),
                                "TOCSIN_DATABASE_PASSWORD", database.password()))) {
            tocsin.webhook("phone", inbox.url());
            tocsin.publish("kill.breach", RULE);
            var load = new Load(tocsin, Instant.now().toEpochMilli());
            try (load) {
                for (int round = 0; round < KILLS; round++) {
                    int enough = load.acknowledged().size() + 500;
                    TocsinProcess.await(
                            "the load to run",
                            Duration.ofSeconds(60),
                            () -> load.acknowledged().size() > enough);
                    int status = tocsin.send(breach(round));
                    assertThat(status).isEqualTo(204);
                    // somewhere between the answer and the page
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(400)));
                    tocsin.kill();
                    tocsin.restart();
                }
                TocsinProcess.await("a page for each round", Duration.ofSeconds(60), () -> rounds(inbox) == KILLS);
            }
            tocsin.close(); // writes what it holds

            var stored = StoredSamples.numbers(database);
            assertThat(stored).as("stored twice").doesNotHaveDuplicates();
            assertThat(new HashSet<>(stored)).as("acknowledged and lost").containsAll(load.acknowledged());
            int pages = pages(inbox).size();
            assertThat(pages).as("pages for %d alerts", KILLS).isBetween(KILLS, KILLS + 1);
        }
    }

    private static long rounds(Inbox inbox) {
        return pages(inbox).stream()
                .map(page -> page.body().path("facts").path("round").asString())
                .distinct()
                .count();
    }

    private static List<Inbox.Received> pages(Inbox inbox) {
        return inbox.received("alert.firing").stream()
                .filter(page ->
                        page.body().path("facts").path("rule").asString().equals("kill.breach"))
                .toList();
    }

    private static SampleBatch breach(int round) {
        return SampleBatch.builder(1)
                .add(
                        Series.of("kill_round", "round", String.valueOf(round)),
                        Instant.now().toEpochMilli(),
                        1)
                .build();
    }
}
