package tocsin.notifiers.twilio;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.twilio.exception.ApiConnectionException;
import com.twilio.exception.ApiException;
import com.twilio.http.TwilioRestClient;
import java.io.IOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tocsin.notifiers.common.Answer;
import tocsin.notifiers.common.CheckedNotifier;
import tocsin.notifiers.common.Form;
import tocsin.notifiers.common.Values;
import tocsin.notifiers.common.WebClient;
import tocsin.notify.Delivery;
import tocsin.notify.Message;

/** What text messages and calls have in common: the account, and the meaning of Twilio's answers. */
abstract class TwilioNotifier extends CheckedNotifier {
    /** Made once, because the SDK makes an expensive one for each client otherwise. */
    private static final ObjectMapper JSON =
            new TwilioRestClient.Builder("", "").build().getObjectMapper();

    /**
     * Twilio's own error codes that pass by themselves: concurrency and rate limits, a full queue, trouble at Twilio.
     */
    private static final Set<Integer> PASSING = Set.of(14107, 20429, 20500, 20503, 20504, 21611, 30001, 63018);

    private final WebClient client;
    private final URI api;
    private final InstantSource clock;

    TwilioNotifier(String type, Form form, WebClient client, URI api, InstantSource clock) {
        super(type, form);
        this.client = client;
        this.api = api;
        this.clock = clock;
    }

    /** Make the text message or the call, and return its SID. */
    abstract String create(Values settings, Message message, TwilioRestClient twilio);

    @Override
    protected final Delivery deliver(Values settings, Message message, @Nullable String earlier) throws IOException {
        var carrier = new Carrier(client, api);
        try {
            return new Delivery.Delivered(create(settings, message, restClient(settings, carrier)));
        } catch (ApiConnectionException e) {
            return unreadable(carrier.answer(), e);
        } catch (ApiException e) {
            return refused(carrier.answer(), e);
        }
    }

    private static TwilioRestClient restClient(Values settings, Carrier carrier) {
        boolean byKey = settings.has("api_key_sid");
        String user = settings.get(byKey ? "api_key_sid" : "account_sid");
        String password = settings.get(byKey ? "api_key_secret" : "auth_token");
        return new TwilioRestClient.Builder(user, password)
                .accountSid(settings.get("account_sid"))
                .httpClient(carrier)
                .objectMapper(JSON)
                .build();
    }

    /** Nothing came back, or something that is no JSON. */
    private Delivery unreadable(@Nullable Answer answer, ApiConnectionException failure) throws IOException {
        if (answer == null) {
            throw failure.getCause() instanceof IOException io ? io : new IOException(failure);
        }
        return judge(answer, "answer " + answer.status());
    }

    private Delivery refused(@Nullable Answer answer, ApiException failure) throws IOException {
        if (answer == null) {
            throw new IOException(failure);
        }
        Integer code = failure.getCode();
        if (code == null) {
            return judge(answer, answer.inWords());
        }
        String words = "error %d: %s".formatted(code, failure.getMessage());
        return PASSING.contains(code)
                ? new Delivery.Retry("Twilio: " + words, answer.pause(clock.instant()))
                : judge(answer, words);
    }

    private Delivery judge(Answer answer, String words) {
        if (answer.isSuccess()) {
            return new Delivery.Delivered(""); // taken, though nobody can read the SID; trying again tells people twice
        }
        return answer.isPassing()
                ? new Delivery.Retry("Twilio: " + words, answer.pause(clock.instant()))
                : new Delivery.Rejected("Twilio: " + words);
    }
}
