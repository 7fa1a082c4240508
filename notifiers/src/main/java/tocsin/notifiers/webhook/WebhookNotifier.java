package tocsin.notifiers.webhook;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import tocsin.notifiers.common.Answer;
import tocsin.notifiers.common.CheckedNotifier;
import tocsin.notifiers.common.Checks;
import tocsin.notifiers.common.Form;
import tocsin.notifiers.common.Values;
import tocsin.notifiers.common.WebClient;
import tocsin.notify.Delivery;
import tocsin.notify.Message;

/**
 * Posts a message as JSON, signed when the channel has a secret. {@code docs/channels.md} describes the request for
 * those who receive it.
 */
public final class WebhookNotifier extends CheckedNotifier {
    private static final int MAX_ID_LENGTH = 200;

    private static final Form FORM = Form.builder()
            .required(
                    "url",
                    "Address",
                    "Where to post, such as https://example.org/hooks/tocsin. Keep tokens out of it: it can be seen",
                    Checks::webAddress)
            .optionalSecret(
                    "secret",
                    "Signing secret",
                    "Any long random text. With it each request is signed in the header X-Tocsin-Signature",
                    Checks::anything)
            .optionalSecret(
                    "header",
                    "Extra header",
                    "One header to send along, such as Authorization: Bearer abc123",
                    ExtraHeader::problem)
            .build();

    private final WebClient client;
    private final InstantSource clock;

    public WebhookNotifier(WebClient client, InstantSource clock) {
        super("webhook", FORM);
        this.client = client;
        this.clock = clock;
    }

    @Override
    protected Delivery deliver(Values settings, Message message, @Nullable String earlier)
            throws IOException, InterruptedException {
        return delivery(client.exchange(request(settings, message)));
    }

    private HttpRequest request(Values settings, Message message) {
        byte[] body = Payload.json(message);
        var request = client.json(URI.create(settings.get("url")), body);
        request.header("Idempotency-Key", message.key());
        if (settings.has("secret")) {
            request.header("X-Tocsin-Signature", Signature.of(settings.get("secret"), clock.instant(), body));
        }
        if (settings.has("header")) {
            var header = ExtraHeader.parse(settings.get("header"));
            request.header(header.name(), header.value());
        }
        return request.build();
    }

    private Delivery delivery(Answer answer) {
        if (answer.isSuccess()) {
            return new Delivery.Delivered(providerId(answer));
        }
        if (answer.isPassing()) {
            return new Delivery.Retry(answer.inWords(), answer.pause(clock.instant()));
        }
        return new Delivery.Rejected(answer.inWords());
    }

    private static String providerId(Answer answer) {
        String id = answer.headers().firstValue("X-Request-Id").orElse("");
        return id.length() > MAX_ID_LENGTH ? id.substring(0, MAX_ID_LENGTH) : id;
    }
}
