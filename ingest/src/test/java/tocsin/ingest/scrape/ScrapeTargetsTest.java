package tocsin.ingest.scrape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tocsin.ingest.IngestLimits;
import tocsin.ingest.Stored;
import tocsin.signal.InMemorySignalLog;
import tocsin.signal.LogPosition;
import tocsin.signal.LogReader;
import tocsin.signal.Series;
import tocsin.signal.Staleness;

/** Against a real HTTP server, with the answers that targets really give. */
class ScrapeTargetsTest {
    /** What the server does with a request. */
    private interface Behaviour {
        void answer(HttpExchange exchange) throws IOException, InterruptedException;
    }

    private final InMemorySignalLog log = new InMemorySignalLog(InstantSource.system());
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final CountDownLatch released = new CountDownLatch(1);
    private HttpServer server;
    private URI url;
    private volatile Behaviour behaviour = text("m 1\n");

    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/metrics", exchange -> {
            try (exchange) {
                behaviour.answer(exchange);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
        url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/metrics");
    }

    @AfterEach
    void stopServer() {
        released.countDown();
        server.stop(0);
    }

    private static Behaviour text(String body) {
        return answer(200, "text/plain; version=0.0.4", body);
    }

    private static Behaviour answer(int status, String type, String body) {
        return exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    private ScrapeTargets targets(Map<String, String> labels) {
        var target = new ScrapeTarget("db", url, Duration.ofMillis(200), Duration.ofMillis(200), labels, "s3cret");
        return new ScrapeTargets(
                log,
                new ScrapeSettings(List.of(target), 10_000, 100),
                IngestLimits.DEFAULTS,
                InstantSource.system(),
                meters);
    }

    /** The next pull, by metric name; in these tests no two series share one. */
    private static Map<String, Stored> next(LogReader reader) throws InterruptedException {
        var record = reader.poll(Duration.ofSeconds(20));
        assertThat(record).as("a pull within 20 seconds").isNotNull();
        var pull = new HashMap<String, Stored>();
        for (int i = 0; i < record.samples().size(); i++) {
            var batch = record.samples();
            pull.put(batch.series(i).metric(), Stored.of(batch.series(i), batch.timeMillis(i), batch.value(i)));
        }
        return pull;
    }

    /** The first pull that says this of the target; pulls that were under way before come first. */
    private static Map<String, Stored> nextWithUp(LogReader reader, double up) throws InterruptedException {
        for (int i = 0; i < 50; i++) {
            var pull = next(reader);
            if (pull.get("up").value() == up) {
                return pull;
            }
        }
        throw new AssertionError("50 pulls, and none with up " + up);
    }

    @Test
    void pull_storesSeriesWithTheLabelsOfTheTarget() throws InterruptedException {
        behaviour = exchange -> {
            assertThat(exchange.getRequestHeaders().getFirst("Authorization")).isEqualTo("Bearer s3cret");
            text("m{job=\"mine\",env=\"theirs\",exported_job=\"taken\",a=\"b\"} 5\n")
                    .answer(exchange);
        };
        try (var targets = targets(Map.of("env", "prod"));
                var reader = log.read(LogPosition.START)) {
            targets.start();
            var pull = next(reader);
            String instance = "127.0.0.1:" + url.getPort();

            assertThat(pull.get("m").value()).isEqualTo(5);
            assertThat(pull.get("m").series())
                    .isEqualTo(Series.of(
                            "m",
                            "job",
                            "db",
                            "instance",
                            instance,
                            "env",
                            "prod",
                            "a",
                            "b",
                            "exported_env",
                            "theirs",
                            "exported_job",
                            "taken",
                            "exported_exported_job",
                            "mine"));
            assertThat(pull.get("up"))
                    .isEqualTo(Stored.of(
                            Series.of("up", "job", "db", "instance", instance, "env", "prod"),
                            pull.get("m").timeMillis(),
                            1));
            assertThat(pull.get("scrape_samples_scraped").value()).isEqualTo(1);
            assertThat(pull.get("scrape_duration_seconds").value()).isBetween(0.0, 20.0);
        }
    }

    @Test
    void pull_endsSeriesThatAreGoneAndAllWhenTheTargetFails() throws InterruptedException {
        behaviour = text("stays 1\ngoes 2\nwith_time 3 " + System.currentTimeMillis() + "\n");
        try (var targets = targets(Map.of());
                var reader = log.read(LogPosition.START)) {
            targets.start();
            assertThat(next(reader)).containsKeys("stays", "goes", "with_time");

            behaviour = text("stays 1\n");
            var second = next(reader);
            while (!Staleness.isMarker(second.get("goes").value())) { // it may have been pulled once more before
                second = next(reader);
            }
            assertThat(second.get("stays").value()).isEqualTo(1);
            assertThat(second).doesNotContainKey("with_time");

            behaviour = answer(500, "text/plain", "stays 1\n");
            var third = nextWithUp(reader, 0);
            assertThat(Staleness.isMarker(third.get("stays").value())).isTrue();
            assertThat(third).doesNotContainKey("goes");

            assertThat(next(reader).keySet())
                    .containsExactlyInAnyOrder("up", "scrape_duration_seconds", "scrape_samples_scraped");

            behaviour = text("stays 1\n");
            assertThat(nextWithUp(reader, 1).get("stays").value()).isEqualTo(1);
        }
    }

    @Test
    void close_endsEverySeriesTheReportsIncluded() throws InterruptedException {
        try (var reader = log.read(LogPosition.START)) {
            try (var targets = targets(Map.of())) {
                targets.start();
                next(reader);
            }
            var last = new HashMap<String, Stored>();
            Stored.in(log).forEach(stored -> last.put(stored.series().metric(), stored));
            assertThat(last.keySet()).contains("m", "up");
            assertThat(last.values()).allMatch(stored -> Staleness.isMarker(stored.value()));
        }
    }

    @Test
    void pull_countsUnhappyAnswersAsDownAndRecovers() throws InterruptedException {
        List<Behaviour> unhappy = List.of(
                answer(500, "text/plain", "m 1\n"),
                answer(404, "text/html", "<html>no such page</html>"),
                answer(302, "text/plain", ""),
                answer(200, "text/html", "<html>sign in</html>"),
                answer(200, "application/openmetrics-text; version=1.0.0", "m 1\n"),
                answer(200, "text/plain", "m 1\n".repeat(101)), // more samples than allowed
                answer(200, "text/plain", "# " + "x".repeat(20_000) + "\n"), // larger than allowed
                exchange -> { // not UTF-8
                    exchange.sendResponseHeaders(200, 3);
                    exchange.getResponseBody().write(new byte[] {(byte) 0xC3, 0x28, '\n'});
                },
                exchange -> exchange.sendResponseHeaders(200, 100), // ends before it is complete
                exchange -> released.await(1, TimeUnit.SECONDS), // says nothing
                exchange -> { // begins, and then drips nothing more
                    exchange.sendResponseHeaders(200, 0);
                    exchange.getResponseBody().write("m 1\n".getBytes(StandardCharsets.UTF_8));
                    exchange.getResponseBody().flush();
                    released.await(1, TimeUnit.SECONDS);
                });
        try (var targets = targets(Map.of());
                var reader = log.read(LogPosition.START)) {
            targets.start();
            for (var each : unhappy) {
                behaviour = text("m 1\n");
                nextWithUp(reader, 1);
                behaviour = each;
                assertThat(Staleness.isMarker(nextWithUp(reader, 0).get("m").value()))
                        .isTrue();
            }
            assertThat(meters.get("tocsin.ingest.scrapes")
                            .tag("outcome", "failed")
                            .counter()
                            .count())
                    .isGreaterThanOrEqualTo(unhappy.size());
        }
    }

    @Test
    void pull_leavesOutABadSeriesAndKeepsTheRest() throws InterruptedException {
        behaviour = text("bad{a=\"" + "x".repeat(3000) + "\"} 1\nfuture 1 99999999999999\nm 1\n");
        try (var targets = targets(Map.of());
                var reader = log.read(LogPosition.START)) {
            targets.start();
            var pull = next(reader);

            assertThat(pull).containsKeys("m", "up").doesNotContainKeys("bad", "future");
            assertThat(pull.get("scrape_samples_scraped").value()).isEqualTo(3);
            assertThat(meters.get("tocsin.ingest.samples.refused")
                            .tag("reason", "label_too_long")
                            .counter()
                            .count())
                    .isEqualTo(1);
        }
    }

    @Test
    void pull_saysDownWhenNobodyListens() throws InterruptedException {
        server.stop(0);
        try (var targets = targets(Map.of());
                var reader = log.read(LogPosition.START)) {
            targets.start();
            assertThat(next(reader).get("up").value()).isZero();
        }
    }

    @Test
    void target_refusesBadSettingsByName() {
        var second = Duration.ofSeconds(1);
        assertThatThrownBy(() -> ScrapeTarget.of("j", URI.create("db:9100"))).hasMessageContaining("needs a URL like");
        assertThatThrownBy(() -> ScrapeTarget.of("", url)).hasMessageContaining("has no job");
        assertThatThrownBy(() -> new ScrapeTarget("j", url, second, second.plusMillis(1), Map.of(), null))
                .hasMessageContaining("at most its interval");
        assertThatThrownBy(() -> new ScrapeTarget("j", url, second, second, Map.of("a b", "c"), null))
                .hasMessageContaining("is not a name");
        assertThat(ScrapeTarget.of("j", URI.create("http://me:secret@host:1/m?token=secret")))
                .hasToString("j at http://host:1/m");
    }
}
