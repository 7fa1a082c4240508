package tocsin.ingest.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tocsin.ingest.IngestLimits;
import tocsin.ingest.Peers;
import tocsin.ingest.RejectedException;
import tocsin.ingest.Stored;
import tocsin.signal.InMemorySignalLog;
import tocsin.signal.LogPosition;
import tocsin.signal.LogReader;
import tocsin.signal.Series;
import tocsin.signal.Staleness;

/** A real Prometheus scrapes itself and a small target, and writes to the receiver over HTTP. */
class PrometheusPeerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private final InMemorySignalLog log = new InMemorySignalLog(InstantSource.system());
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final RemoteWriteReceiver receiver =
            new RemoteWriteReceiver(log, IngestLimits.DEFAULTS, InstantSource.system(), meters);
    private final List<RejectedException> rejections = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private HttpServer target;
    private Process prometheus;

    @BeforeEach
    void start() throws IOException {
        var program = Peers.program("prometheus");
        server = serve("/api/v1/write", this::receive);
        target = serve("/metrics", exchange -> {
            byte[] body = "# TYPE tea_temperature gauge\ntea_temperature{cup=\"mine\"} 61.5\nnot_a_number NaN\n"
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        });
        int port = freePort();
        var config = Files.writeString(directory.resolve("prometheus.yml"), """
                global: {scrape_interval: 1s, scrape_timeout: 1s}
                scrape_configs:
                  - {job_name: prometheus, static_configs: [{targets: ["127.0.0.1:%d"]}]}
                  - {job_name: tea, static_configs: [{targets: ["127.0.0.1:%d"]}]}
                remote_write:
                  - url: http://127.0.0.1:%d/api/v1/write
                    queue_config: {retry_on_http_429: true}
                """.formatted(
                        port, target.getAddress().getPort(), server.getAddress().getPort()));
        prometheus = new ProcessBuilder(
                        program.toString(),
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + directory.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("prometheus.log").toFile())
                .start();
    }

    private static HttpServer serve(String path, com.sun.net.httpserver.HttpHandler handler) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext(path, exchange -> {
            try (exchange) {
                handler.handle(exchange);
            }
        });
        server.start();
        return server;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** What the web module does, in short. */
    private void receive(HttpExchange exchange) throws IOException {
        var headers = exchange.getRequestHeaders();
        int status = 204;
        try {
            receiver.receive(
                            new RemoteWriteHeaders(
                                    headers.getFirst("Content-Type"),
                                    headers.getFirst("Content-Encoding"),
                                    headers.getFirst("X-Prometheus-Remote-Write-Version")),
                            exchange.getRequestBody())
                    .join();
        } catch (CompletionException e) {
            var rejection = (RejectedException) e.getCause();
            rejections.add(rejection);
            status = rejection.status();
        }
        exchange.sendResponseHeaders(status, -1);
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (prometheus != null) {
            prometheus.destroy();
            if (!prometheus.waitFor(20, TimeUnit.SECONDS)) {
                prometheus.destroyForcibly();
            }
            server.stop(0);
            target.stop(0);
        }
    }

    private Stored await(LogReader reader, Predicate<Stored> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            var record = reader.poll(Duration.ofSeconds(1));
            for (int i = 0; record != null && i < record.samples().size(); i++) {
                var batch = record.samples();
                var stored = Stored.of(batch.series(i), batch.timeMillis(i), batch.value(i));
                if (wanted.test(stored)) {
                    return stored;
                }
            }
        }
        throw new AssertionError(
                "not seen within " + PATIENCE + "; refused: " + rejections + "; Prometheus says: " + tail());
    }

    private String tail() {
        try {
            var lines = Files.readAllLines(directory.resolve("prometheus.log"));
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    void receive_storesWhatPrometheusScrapesAndMarksTheEndOfATarget() throws InterruptedException {
        var tea = Series.of(
                "tea_temperature",
                "cup",
                "mine",
                "job",
                "tea",
                "instance",
                "127.0.0.1:" + target.getAddress().getPort());
        try (var reader = log.read(LogPosition.START)) {
            long before = System.currentTimeMillis();
            var first = await(reader, stored -> stored.series().equals(tea));
            assertThat(first.value()).isEqualTo(61.5);
            assertThat(first.timeMillis()).isBetween(before - 60_000, before + 60_000);
            var nan = await(reader, stored -> stored.series().metric().equals("not_a_number"));
            assertThat(nan.value()).isNaN();
            assertThat(Staleness.isMarker(nan.value())).isFalse();
            await(reader, stored -> stored.series().metric().equals("prometheus_build_info") && stored.value() == 1);

            target.stop(0);
            var end = await(reader, stored -> stored.series().equals(tea) && Double.isNaN(stored.value()));
            assertThat(Staleness.isMarker(end.value())).isTrue();
            await(
                    reader,
                    stored -> stored.series().metric().equals("up")
                            && "tea".equals(stored.series().labels().get("job"))
                            && stored.value() == 0);
        }
        assertThat(rejections).isEmpty();
        assertThat(meters.get("tocsin.ingest.requests")
                        .tag("outcome", "accepted")
                        .counter()
                        .count())
                .isPositive();
    }
}
