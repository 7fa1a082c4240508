package tocsin.web.e2e;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import tocsin.ingest.prometheus.RemoteWriteEncoder;
import tocsin.signal.SampleBatch;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The packaged program, run as a user runs it, in a process of its own that can be killed. */
final class TocsinProcess implements AutoCloseable {
    static final String TOKEN = "toc_test_0123456789abcdef";
    static final String PASSWORD = "correct-horse-battery";

    private static final Path JAR = Path.of("target", "tocsin.jar");
    private static final JsonMapper JSON = JsonMapper.shared();

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final Path data;
    private final int port;
    private final Map<String, String> environment;
    private Process process;

    private TocsinProcess(Path data, int port, Map<String, String> environment) throws IOException {
        this.data = data;
        this.port = port;
        this.environment = environment;
        this.process = launch();
    }

    static TocsinProcess start(Path data) throws Exception {
        return start(data, Map.of());
    }

    static TocsinProcess start(Path data, Map<String, String> environment) throws Exception {
        var all = new LinkedHashMap<String, String>();
        all.put("TOCSIN_TOKEN", TOKEN);
        all.put("TOCSIN_ADMIN_PASSWORD", PASSWORD);
        all.putAll(environment);
        var started = new TocsinProcess(data, freePort(), all);
        started.awaitReady();
        return started;
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private Process launch() throws IOException {
        var command = new ArrayList<>(java("-Xmx768m"));
        command.addAll(List.of(
                "serve",
                "--server.port=" + port,
                "--server.address=127.0.0.1",
                "--tocsin.data=" + data.resolve("tocsin")));
        var builder = new ProcessBuilder(command).directory(data.toFile()).redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** {@code ./tocsin simulate} against this server, with the token that the server left on this machine. */
    Process simulate(String... options) throws IOException {
        var command = new ArrayList<>(java("-Xmx256m"));
        command.addAll(List.of(
                "simulate", "--url", url(""), "--data", data.resolve("tocsin").toString()));
        command.addAll(List.of(options));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectOutput(data.resolve("simulate.out").toFile());
        builder.environment().remove("TOCSIN_TOKEN");
        return builder.start();
    }

    private static List<String> java(String heap) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                heap,
                "-XX:TieredStopAtLevel=1", // tests start often and live short
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-jar",
                JAR.toAbsolutePath().toString());
    }

    Path log() {
        return data.resolve("tocsin.out");
    }

    String url(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    void awaitReady() throws Exception {
        await("the server to be ready", Duration.ofSeconds(120), () -> {
            if (!process.isAlive()) {
                throw new AssertionError("the server ended:\n" + Files.readString(log()));
            }
            return get("/actuator/health/readiness").statusCode() == 200;
        });
    }

    /** As a power cut would: nothing is flushed, nothing is said goodbye to. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    void restart() throws Exception {
        process = launch();
        awaitReady();
    }

    int send(SampleBatch samples) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url("/api/v1/write")))
                .header("Authorization", "Bearer " + TOKEN)
                .header("Content-Type", "application/x-protobuf")
                .header("Content-Encoding", "snappy")
                .timeout(Duration.ofSeconds(20))
                .POST(HttpRequest.BodyPublishers.ofByteArray(RemoteWriteEncoder.encode(samples)))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    HttpResponse<String> get(String path) throws Exception {
        return call("GET", path, null);
    }

    JsonNode json(String path) throws Exception {
        var answer = get(path);
        if (answer.statusCode() != 200) {
            throw new AssertionError(path + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return JSON.readTree(answer.body());
    }

    /** Send JSON, with the token that may do everything. */
    HttpResponse<String> call(String method, String path, Object body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url(path)))
                .header("Authorization", "Bearer " + TOKEN)
                .timeout(Duration.ofSeconds(20));
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json")
                    .method(
                            method,
                            HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body), StandardCharsets.UTF_8));
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    void publish(String name, String drl) throws Exception {
        expectOk(call("PUT", "/api/v1/rules/" + name, Map.of("form", "drl", "source", drl)));
        expectOk(call("POST", "/api/v1/rules/" + name + "/publish", null));
    }

    void webhook(String name, String url) throws Exception {
        expectOk(call("PUT", "/api/v1/channels/" + name, Map.of("type", "webhook", "settings", Map.of("url", url))));
    }

    private static void expectOk(HttpResponse<String> answer) {
        if (answer.statusCode() / 100 != 2) {
            throw new AssertionError(
                    answer.request().uri() + " answered " + answer.statusCode() + ": " + answer.body());
        }
    }

    /** Look again and again until it is so, or fail and say what was waited for. */
    static void await(String what, Duration atMost, Condition condition) throws Exception {
        long end = System.nanoTime() + atMost.toNanos();
        Exception last = null;
        while (System.nanoTime() < end) {
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (IOException e) {
                last = e;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
        throw new AssertionError("waited " + atMost + " in vain for " + what, last);
    }

    interface Condition {
        boolean holds() throws Exception;
    }

    @Override
    public void close() throws Exception {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError("the server did not stop within 30 s of SIGTERM:\n" + Files.readString(log()));
        }
    }
}
