package tocsin.bench;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tocsin.ingest.prometheus.RemoteWriteEncoder;
import tocsin.signal.SampleBatch;
import tocsin.signal.Series;

/**
 * How long from a breaching sample, handed to remote write, until its page has reached a webhook. Against a server that
 * runs with default settings:
 *
 * <pre>
 * TOCSIN_TOKEN=t ./tocsin serve &amp;
 * TOCSIN_TOKEN=t ./mvnw -q -pl bench exec:java -Dexec.mainClass=tocsin.bench.DetectionLatency
 * </pre>
 *
 * Each page is of a series of its own, so nothing is deduplicated; they come one after the other, with a pause, so it is
 * latency that is measured and not throughput. The first pages warm the server up and do not count.
 */
public final class DetectionLatency {
    private static final int WARM_UP = 50;
    private static final int COUNTED = 200;
    private static final Duration PAUSE = Duration.ofMillis(150);
    private static final Pattern NUMBER = Pattern.compile("\"bench_number\"\\s*:\\s*\"(\\d+)\"");
    private static final String RULE = """
            rule "bench.latency"
                @severity(high)
                @summary("Number {{bench_number}}")
            when
                $number : Series(metric == "bench_latency", value > 0)
            then
                raise($number);
            end
            """;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Map<Integer, Long> arrivals = new ConcurrentHashMap<>();
    private final CountDownLatch expected = new CountDownLatch(WARM_UP + COUNTED);
    /** Tells the pages of this run from those of series that an earlier run left behind. */
    private final String run = String.valueOf(System.currentTimeMillis());

    private final String url;
    private final String token;

    private DetectionLatency(String url, String token) {
        this.url = url;
        this.token = token;
    }

    public static void main(String[] arguments) throws Exception {
        String url = arguments.length > 0 ? arguments[0] : "http://localhost:8080";
        String token = System.getenv("TOCSIN_TOKEN");
        if (token == null) {
            System.err.println("Set TOCSIN_TOKEN to the token that the server was started with.");
            System.exit(2);
        } else {
            new DetectionLatency(url, token).run();
        }
    }

    private void run() throws Exception {
        var receiver = receiver();
        try {
            put("/api/v1/channels/bench-latency", channel(receiver.getAddress().getPort()));
            put("/api/v1/rules/bench.latency", "{\"form\":\"drl\",\"source\":" + quoted(RULE) + "}");
            call("POST", "/api/v1/rules/bench.latency/publish", BodyPublishers.noBody(), 200);
            long[] sent = send();
            if (!expected.await(30, TimeUnit.SECONDS)) {
                System.err.println(expected.getCount() + " pages did not arrive within 30 s");
            }
            report(sent);
        } finally {
            call("DELETE", "/api/v1/rules/bench.latency", BodyPublishers.noBody(), 204);
            call("DELETE", "/api/v1/channels/bench-latency", BodyPublishers.noBody(), 204);
            receiver.stop(0);
        }
    }

    private HttpServer receiver() throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            long now = System.nanoTime();
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var number = NUMBER.matcher(body);
            if (body.contains("\"alert.firing\"")
                    && body.contains('"' + run + '"')
                    && number.find()
                    && arrivals.putIfAbsent(Integer.valueOf(number.group(1)), now) == null) {
                expected.countDown();
            }
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    private long[] send() throws Exception {
        var sent = new long[WARM_UP + COUNTED];
        for (int i = 0; i < sent.length; i++) {
            var sample = SampleBatch.builder(1)
                    .add(
                            Series.of("bench_latency", "bench_number", String.valueOf(i), "run", run),
                            System.currentTimeMillis(),
                            1)
                    .build();
            byte[] body = RemoteWriteEncoder.encode(sample);
            sent[i] = System.nanoTime();
            call("POST", "/api/v1/write", BodyPublishers.ofByteArray(body), 204);
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        return sent;
    }

    private void report(long[] sent) {
        double[] millis = arrivals.entrySet().stream()
                .filter(arrival -> arrival.getKey() >= WARM_UP)
                .mapToDouble(arrival -> (arrival.getValue() - sent[arrival.getKey()]) / 1e6)
                .sorted()
                .toArray();
        System.out.printf(
                "detection latency, remote write to webhook, %d pages: median %.0f ms, 95th percentile %.0f ms, worst %.0f ms%n",
                millis.length, quantile(millis, 0.5), quantile(millis, 0.95), quantile(millis, 1));
        System.out.printf(
                "java %s, %d processors, load %.1f%n",
                System.getProperty("java.version"),
                Runtime.getRuntime().availableProcessors(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    private static double quantile(double[] sorted, double q) {
        return sorted.length == 0 ? Double.NaN : sorted[(int) Math.round(q * (sorted.length - 1))];
    }

    private void put(String path, String json) throws Exception {
        call("PUT", path, BodyPublishers.ofString(json), 200);
    }

    private void call(String method, String path, BodyPublisher body, int expectedStatus) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", path.equals("/api/v1/write") ? "application/x-protobuf" : "application/json")
                .timeout(Duration.ofSeconds(10))
                .method(method, body)
                .build();
        var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != expectedStatus) {
            throw new IllegalStateException(
                    method + " " + path + " answered " + answer.statusCode() + ": " + answer.body());
        }
    }

    private static String channel(int port) {
        return "{\"type\":\"webhook\",\"settings\":{\"url\":\"http://127.0.0.1:%d/\"}}".formatted(port);
    }

    private static String quoted(String text) {
        return Arrays.stream(text.split("\n"))
                .map(line -> line.replace("\\", "\\\\").replace("\"", "\\\""))
                .collect(Collectors.joining("\\n", "\"", "\""));
    }
}
