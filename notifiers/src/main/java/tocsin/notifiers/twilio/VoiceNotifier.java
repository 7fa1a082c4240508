package tocsin.notifiers.twilio;

import com.twilio.http.TwilioRestClient;
import com.twilio.rest.api.v2010.account.CallCreator;
import com.twilio.twiml.VoiceResponse;
import com.twilio.twiml.voice.Pause;
import com.twilio.twiml.voice.Say;
import com.twilio.type.PhoneNumber;
import com.twilio.type.Twiml;
import java.net.URI;
import java.time.InstantSource;
import tocsin.notifiers.common.Texts;
import tocsin.notifiers.common.Values;
import tocsin.notifiers.common.WebClient;
import tocsin.notify.Message;

/** Calls a phone through Twilio and reads the message aloud, twice. Needs no address that Twilio can reach. */
public final class VoiceNotifier extends TwilioNotifier {
    private static final int MAX_TEXT = 800;

    /** @param api where Twilio's REST API is, without a path */
    public VoiceNotifier(WebClient client, URI api, InstantSource clock) {
        super("voice", TwilioForm.voice(), client, api, clock);
    }

    @Override
    String create(Values settings, Message message, TwilioRestClient twilio) {
        var to = new PhoneNumber(settings.get("to"));
        var from = new PhoneNumber(settings.get("from"));
        return new CallCreator(to, from, new Twiml(spoken(message)))
                .create(twilio)
                .getSid();
    }

    static String spoken(Message message) {
        String text = Texts.cut("This is Tocsin. " + sentence(message.title()) + sentence(message.body()), MAX_TEXT);
        return new VoiceResponse.Builder()
                .pause(new Pause.Builder().length(1).build()) // people put the phone to their ear first
                .say(say(text))
                .pause(new Pause.Builder().length(1).build())
                .say(say("I repeat. " + text))
                .build()
                .toXml();
    }

    private static Say say(String text) {
        return new Say.Builder(text).language(Say.Language.EN_US).build();
    }

    private static String sentence(String text) {
        String line = Texts.line(Texts.lines(text).replace("\n", ". "));
        return line.isEmpty() ? "" : line + ". ";
    }
}
