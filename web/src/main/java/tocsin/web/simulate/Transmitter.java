package tocsin.web.simulate;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import tocsin.ingest.prometheus.RemoteWriteEncoder;
import tocsin.signal.SampleBatch;

/** Sends batches to a server's remote-write endpoint, as Prometheus would. */
final class Transmitter implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int ANSWER_BYTES = 16_384;
    private static final int SHOWN = 300;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
    private final URI server;
    private final String token;

    Transmitter(URI server, String token) {
        this.server = server;
        this.token = token;
    }

    Delivery send(SampleBatch batch) throws InterruptedException {
        var request = HttpRequest.newBuilder(endpoint(server))
                .timeout(TIMEOUT)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/x-protobuf")
                .header("Content-Encoding", "snappy")
                .header("X-Prometheus-Remote-Write-Version", "0.1.0")
                .header("User-Agent", "tocsin-simulate")
                .POST(BodyPublishers.ofByteArray(RemoteWriteEncoder.encode(batch)))
                .build();
        try {
            return judge(client.send(request, BodyHandlers.limiting(BodyHandlers.ofString(), ANSWER_BYTES)));
        } catch (IOException e) {
            String detail = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            return new Delivery.Later("it cannot be reached (" + detail + ")");
        }
    }

    private static URI endpoint(URI server) {
        return URI.create(server.toString().replaceFirst("/+$", "") + "/api/v1/write");
    }

    private Delivery judge(HttpResponse<String> response) {
        int status = response.statusCode();
        String answer = response.body().strip();
        String said = "it answered " + status + (answer.isEmpty() ? "" : ": " + shortened(answer));
        return switch (status) {
            case 200, 202, 204 -> new Delivery.Taken();
            case 400, 413 -> new Delivery.Refused(said);
            case 401, 403 ->
                new Delivery.Hopeless(
                        "%s does not accept the token (%d); give one with the right to ingest with --token or TOCSIN_TOKEN"
                                .formatted(server, status));
            case 429 -> new Delivery.Later(said);
            default ->
                status >= 500
                        ? new Delivery.Later(said)
                        : new Delivery.Hopeless("%s is no Tocsin, or a very different one: %s".formatted(server, said));
        };
    }

    private static String shortened(String text) {
        String line = text.replaceAll("\\s+", " ");
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
