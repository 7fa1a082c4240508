package tocsin.notifiers.pagerduty;

import java.io.IOException;
import java.net.URI;
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

/** Sends events to PagerDuty's Events API v2. All events about one alert have the same key, so they are one incident. */
public final class PagerDutyNotifier extends CheckedNotifier {
    private static final Form FORM = Form.builder()
            .requiredSecret(
                    "routing_key",
                    "Integration key",
                    "32 letters and digits. In PagerDuty: Services, your service, Integrations, Events API v2",
                    Checks.form("[A-Za-z0-9]{32}", "0123456789abcdef0123456789abcdef, 32 letters and digits"))
            .build();

    private final WebClient client;
    private final URI events;
    private final InstantSource clock;

    /** @param api where PagerDuty's Events API is, without a path */
    public PagerDutyNotifier(WebClient client, URI api, InstantSource clock) {
        super("pagerduty", FORM);
        this.client = client;
        this.events = URI.create(api + "/v2/enqueue");
        this.clock = clock;
    }

    @Override
    protected Delivery deliver(Values settings, Message message, @Nullable String earlier)
            throws IOException, InterruptedException {
        var request = client.json(events, EventJson.of(message, settings.get("routing_key")));
        return delivery(message, client.exchange(request.build()));
    }

    private Delivery delivery(Message message, Answer answer) {
        if (answer.status() == 202) {
            return new Delivery.Delivered(EventJson.deduplicationKey(message));
        }
        if (answer.isPassing()) {
            return new Delivery.Retry("PagerDuty: " + answer.inWords(), answer.pause(clock.instant()));
        }
        return new Delivery.Rejected("PagerDuty: " + answer.inWords());
    }
}
