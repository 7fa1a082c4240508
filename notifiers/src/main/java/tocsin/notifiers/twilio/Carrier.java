package tocsin.notifiers.twilio;

import com.twilio.exception.ApiConnectionException;
import com.twilio.http.HttpClient;
import com.twilio.http.Request;
import com.twilio.http.Response;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import org.apache.hc.core5.http.Header;
import org.jspecify.annotations.Nullable;
import tocsin.notifiers.common.Answer;
import tocsin.notifiers.common.WebClient;

/**
 * Carries one request of Twilio's SDK with Tocsin's own time-outs and bounds, once: the SDK's client would repeat a
 * failed request by itself, which calls people twice. Keeps the answer, of which the SDK's exceptions tell only a part.
 */
final class Carrier extends HttpClient {
    private final WebClient client;
    private final URI api;
    private @Nullable Answer answer;

    /** @param api takes the place of Twilio's scheme and host */
    Carrier(WebClient client, URI api) {
        this.client = client;
        this.api = api;
    }

    /** What was answered; null when nothing was. */
    @Nullable Answer answer() {
        return answer;
    }

    @Override
    public Response reliableRequest(Request request) {
        return makeRequest(request);
    }

    @Override
    public Response reliableRequest(Request request, int[] retryCodes, int retries, long delayMillis) {
        return makeRequest(request);
    }

    @Override
    public Response makeRequest(Request request) {
        try {
            var received = client.exchange(translate(request));
            answer = received;
            return new Response(received.body(), received.status(), new Header[0]);
        } catch (IOException e) {
            throw new ApiConnectionException("no answer from Twilio", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ApiConnectionException("stopped while waiting for Twilio", e);
        }
    }

    private HttpRequest translate(Request request) {
        var asked = URI.create(request.constructURL().toString());
        String query = asked.getRawQuery() == null ? "" : "?" + asked.getRawQuery();
        return client.form(URI.create(api + asked.getRawPath() + query), request.encodeFormBody())
                .header("Accept", "application/json")
                .header("Authorization", request.getAuthString())
                .build();
    }
}
