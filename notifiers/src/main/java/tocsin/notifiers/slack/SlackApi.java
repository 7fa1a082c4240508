package tocsin.notifiers.slack;

import com.slack.api.Slack;
import com.slack.api.SlackConfig;
import com.slack.api.methods.MethodsClient;
import com.slack.api.methods.MethodsConfig;
import com.slack.api.util.http.SlackHttpClient;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import okhttp3.Interceptor;
import okhttp3.Response;
import okhttp3.ResponseBody;
import tocsin.notifiers.common.Redaction;

/** Slack's SDK with a time-out for the whole call, bounded answers, no repeats of its own, and no logging of tokens. */
final class SlackApi {
    /** An answer repeats the message, so it is longer than ours. */
    private static final long MAX_BODY_BYTES = 512 * 1024;

    private final Slack slack;
    private final String prefix;

    SlackApi(URI api, Duration timeout) {
        this.prefix = api + "/api/";
        this.slack = Slack.getInstance(config(timeout), client(config(timeout)));
    }

    MethodsClient as(String token) {
        return slack.methods(token);
    }

    private SlackConfig config(Duration timeout) {
        int millis = Math.toIntExact(timeout.toMillis());
        var methods = new MethodsConfig();
        methods.setStatsEnabled(false); // it would first ask Slack for the token's team
        var config = new SlackConfig();
        config.setMethodsConfig(methods);
        config.setMethodsEndpointUrlPrefix(prefix);
        config.setHttpClientCallTimeoutMillis(millis);
        config.setHttpClientReadTimeoutMillis(millis);
        config.setHttpClientWriteTimeoutMillis(millis);
        config.setHttpClientResponseHandlers(List.of());
        return config;
    }

    private static SlackHttpClient client(SlackConfig config) {
        var client = new SlackHttpClient(SlackHttpClient.buildOkHttpClient(config)
                .newBuilder()
                .retryOnConnectionFailure(false)
                .addInterceptor(SlackApi::bounded)
                .build());
        client.setConfig(config);
        return client;
    }

    /** The SDK stumbles over an empty answer, and logs a refusal as it came, which may repeat our token. */
    private static Response bounded(Interceptor.Chain chain) throws IOException {
        try (var answer = chain.proceed(chain.request())) {
            var beginning = answer.peekBody(MAX_BODY_BYTES);
            String text = beginning.string();
            if (text.isBlank()) {
                text = "{}";
            } else if (!answer.isSuccessful()) {
                String token = chain.request().header("Authorization");
                text = new Redaction(token == null ? List.of() : List.of(token)).clean(text);
            }
            return answer.newBuilder()
                    .body(ResponseBody.create(text, beginning.contentType()))
                    .build();
        }
    }
}
