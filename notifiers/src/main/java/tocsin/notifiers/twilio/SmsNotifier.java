package tocsin.notifiers.twilio;

import com.twilio.http.TwilioRestClient;
import com.twilio.rest.api.v2010.account.MessageCreator;
import com.twilio.type.PhoneNumber;
import java.net.URI;
import java.time.InstantSource;
import tocsin.notifiers.common.Texts;
import tocsin.notifiers.common.Values;
import tocsin.notifiers.common.WebClient;
import tocsin.notify.Message;

/** Texts a phone through Twilio. */
public final class SmsNotifier extends TwilioNotifier {
    /** Seven parts of a text message at most when it holds letters beyond the GSM alphabet, three otherwise. */
    static final int MAX_TEXT = 450;

    /** @param api where Twilio's REST API is, without a path */
    public SmsNotifier(WebClient client, URI api, InstantSource clock) {
        super("sms", TwilioForm.sms(), client, api, clock);
    }

    @Override
    String create(Values settings, Message message, TwilioRestClient twilio) {
        var to = new PhoneNumber(settings.get("to"));
        String text = text(message);
        var creator = settings.has("from")
                ? new MessageCreator(to, new PhoneNumber(settings.get("from")), text)
                : new MessageCreator(to, settings.get("messaging_service_sid"), text);
        return creator.create(twilio).getSid();
    }

    /** The title and the link always, and as much of the body as fits between them. */
    static String text(Message message) {
        String link = "\n" + message.link();
        String title = Texts.cut(Texts.line(message.title()), Math.max(MAX_TEXT - link.length(), 40));
        int left = MAX_TEXT - link.length() - title.length() - 1;
        String body = Texts.lines(message.body());
        return left < 20 || body.isEmpty() ? title + link : title + "\n" + Texts.cut(body, left) + link;
    }
}
