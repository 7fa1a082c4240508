package tocsin.web.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tocsin.ingest.IngestLimits;
import tocsin.ingest.prometheus.RemoteWriteHeaders;
import tocsin.ingest.prometheus.RemoteWriteReceiver;
import tocsin.signal.InMemorySignalLog;
import tocsin.signal.Series;

/** The command as a person types it, against a small server with the real receiver behind it. */
class SimulateCommandTest {
    private static final String KEY = "tk_test";

    @TempDir
    Path data;

    private final InMemorySignalLog log = new InMemorySignalLog(InstantSource.system());
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private HttpServer server;
    private String url;

    @BeforeEach
    void start() throws IOException {
        var receiver =
                new RemoteWriteReceiver(log, IngestLimits.DEFAULTS, InstantSource.system(), new SimpleMeterRegistry());
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/api/v1/write", exchange -> {
            try (exchange) {
                var headers = exchange.getRequestHeaders();
                boolean known = ("Bearer " + KEY).equals(headers.getFirst("Authorization"));
                if (known) {
                    receiver.receive(
                                    new RemoteWriteHeaders(
                                            headers.getFirst("Content-Type"),
                                            headers.getFirst("Content-Encoding"),
                                            headers.getFirst("X-Prometheus-Remote-Write-Version")),
                                    exchange.getRequestBody())
                            .join();
                }
                exchange.sendResponseHeaders(known ? 204 : 401, -1);
            }
        });
        server.start();
        url = "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private int simulate(Map<String, String> environment, String... arguments) {
        return new CommandLine(new SimulateCommand(environment))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private boolean isStored(String metric) {
        return log.records().stream().anyMatch(record -> {
            Series first = record.samples().series(0);
            return first.labels().get("deployment") != null
                    && IntStream.range(0, record.samples().size())
                            .anyMatch(i -> record.samples().series(i).metric().equals(metric));
        });
    }

    @Test
    void call_sendsTelemetryForAsLongAsItIsTold() {
        int status = simulate(
                Map.of("TOCSIN_TOKEN", KEY),
                "--url",
                url + "/",
                "--for",
                "300ms",
                "--interval",
                "100ms",
                "--deployment",
                "mine");

        assertThat(status).as(err.toString()).isZero();
        assertThat(log.records().size()).isGreaterThanOrEqualTo(2);
        assertThat(log.records().getFirst().samples().series(0).labels().get("deployment"))
                .isEqualTo("mine");
        assertThat(isStored("janus_requests_total")).isTrue();
        assertThat(out.toString())
                .contains("Sending telemetry of mine to " + url)
                .contains("The server takes the telemetry.")
                .contains("Stopped. The series of the deployment have ended.");
    }

    @Test
    void call_takesTheTokenThatAServerOnThisMachineLeft() throws IOException {
        Files.writeString(data.resolve("ingest.token"), KEY + "\n");

        assertThat(simulate(Map.of(), "--url", url, "--data", data.toString(), "--for", "100ms", "--interval", "100ms"))
                .isZero();
        assertThat(log.records()).isNotEmpty();
    }

    @Test
    void call_prefersTheTokenOfTheCommandLine() {
        assertThat(simulate(
                        Map.of("TOCSIN_TOKEN", "wrong"),
                        "--url",
                        url,
                        "--token",
                        KEY,
                        "--for",
                        "100ms",
                        "--interval",
                        "100ms"))
                .isZero();
    }

    @Test
    void call_saysWhatToDoWithoutAToken() {
        assertThat(simulate(Map.of(), "--url", url, "--data", data.toString())).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("tocsin: there is no API token: start the server")
                .contains("TOCSIN_TOKEN");
    }

    @Test
    void call_saysThatTheTokenIsNotAccepted() {
        assertThat(simulate(Map.of("TOCSIN_TOKEN", "wrong"), "--url", url)).isEqualTo(1);
        assertThat(err.toString()).contains("does not accept the token (401)").doesNotContain("wrong");
    }

    @Test
    void call_saysThatThereIsNoTocsinAtTheUrl() {
        server.removeContext("/api/v1/write");
        assertThat(simulate(Map.of("TOCSIN_TOKEN", KEY), "--url", url)).isEqualTo(1);
        assertThat(err.toString()).contains("is no Tocsin");
    }

    @Test
    void call_explainsWrongOptions() {
        assertThat(simulate(Map.of(), "--fault", "gremlins")).isEqualTo(2);
        assertThat(simulate(Map.of(), "--for", "soon")).isEqualTo(2);
        assertThat(simulate(Map.of(), "--url", "localhost")).isEqualTo(2);
        assertThat(simulate(Map.of(), "--interval", "1ms")).isEqualTo(2);
        assertThat(err.toString())
                .contains("there is no fault \"gremlins\"; there are latency-spike, cost-runaway")
                .contains("\"soon\" is not a duration")
                .contains("--url is written like http://localhost:8080")
                .contains("--interval is between 100ms and 1m");
    }

    @Test
    void call_listensForTheHealCall() throws Exception {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        var simulating = Thread.startVirtualThread(() -> simulate(
                Map.of("TOCSIN_TOKEN", KEY),
                "--url",
                url,
                "--interval",
                "100ms",
                "--fault",
                "memory-store-down",
                "--fault-after",
                "0s",
                "--listen-port",
                String.valueOf(port)));
        try (var reader = log.read(log.oldest());
                var client = HttpClient.newHttpClient()) {
            assertThat(reader.poll(Duration.ofSeconds(20)))
                    .as("telemetry within 20 seconds")
                    .isNotNull();
            var address = URI.create("http://127.0.0.1:" + port + "/heal/memory-store");

            assertThat(client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(405);
            var healed = client.send(
                    HttpRequest.newBuilder(address)
                            .POST(HttpRequest.BodyPublishers.ofString("{}"))
                            .build(),
                    BodyHandlers.ofString());

            assertThat(healed.body()).isEqualTo("the memory store was restarted\n");
            assertThat(out.toString()).contains("memory-store-down is repaired after");
        } finally {
            simulating.interrupt();
            simulating.join();
        }
    }

    @Test
    void call_saysThatTheHealPortIsTaken() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int status = simulate(
                    Map.of("TOCSIN_TOKEN", KEY),
                    "--url",
                    url,
                    "--fault",
                    "memory-store-down",
                    "--listen-port",
                    String.valueOf(taken.getLocalPort()));
            assertThat(status).isEqualTo(1);
            assertThat(err.toString()).contains("is taken; choose another with --listen-port");
        }
    }
}
