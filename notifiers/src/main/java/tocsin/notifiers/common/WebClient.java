package tocsin.notifiers.common;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One bounded HTTP exchange: in time, without redirects, and with the beginning of the answer's body only. */
public final class WebClient implements AutoCloseable {
    /** How much of an answer is read; the rest is left to the server. */
    public static final int MAX_BODY_BYTES = 64 * 1024;

    private static final String AGENT = "Tocsin";

    private final HttpClient client;
    private final Duration timeout;

    /** @param timeout of the whole exchange, connecting and reading included */
    public WebClient(Duration timeout) {
        this.timeout = timeout;
        this.client = HttpClient.newBuilder()
                .connectTimeout(timeout)
                .followRedirects(HttpClient.Redirect.NEVER)
                .version(HttpClient.Version.HTTP_1_1) // no upgrade headers, which some receivers choke on
                .build();
    }

    /** A POST of JSON, to be completed with further headers. */
    public HttpRequest.Builder json(URI address, byte[] body) {
        return post(address, "application/json; charset=utf-8").POST(BodyPublishers.ofByteArray(body));
    }

    /** A POST of an encoded form, to be completed with further headers. */
    public HttpRequest.Builder form(URI address, String body) {
        return post(address, "application/x-www-form-urlencoded").POST(BodyPublishers.ofString(body));
    }

    private HttpRequest.Builder post(URI address, String type) {
        return HttpRequest.newBuilder(address)
                .timeout(timeout)
                .header("Content-Type", type)
                .header("User-Agent", AGENT);
    }

    public Answer exchange(HttpRequest request) throws IOException, InterruptedException {
        var exchange = client.sendAsync(request, _ -> new BeginningOfBody(MAX_BODY_BYTES));
        try {
            // the request's own time-out ends with the headers, so a body that trickles in needs this one
            var response = exchange.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return new Answer(response.statusCode(), response.headers(), response.body());
        } catch (TimeoutException e) {
            throw timedOut(e);
        } catch (ExecutionException e) {
            throw asIoException(e);
        } finally {
            exchange.cancel(true);
        }
    }

    private static HttpTimeoutException timedOut(TimeoutException cause) {
        var failure = new HttpTimeoutException("no answer in time");
        failure.initCause(cause);
        return failure;
    }

    private static IOException asIoException(ExecutionException failure) {
        return failure.getCause() instanceof IOException io ? io : new IOException(failure.getCause());
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
