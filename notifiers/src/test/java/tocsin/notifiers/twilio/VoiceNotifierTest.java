package tocsin.notifiers.twilio;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.twilio.twiml.VoiceResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tocsin.notifiers.common.WebClient;
import tocsin.notify.Delivery;
import tocsin.notify.Message.Kind;
import tocsin.notify.Notifier;

class VoiceNotifierTest extends TwilioAnswersTest {
    @Override
    protected Notifier notifier() {
        return new VoiceNotifier(new WebClient(timeout()), address(), CLOCK);
    }

    /** As in Twilio's documentation of the Calls resource. */
    @Override
    protected ResponseDefinitionBuilder taken() {
        return aResponse()
                .withStatus(201)
                .withHeader("Content-Type", "application/json")
                .withBody("""
                {"account_sid": "AC0123456789abcdef0123456789abcdef", "annotation": null, "answered_by": null,
                 "api_version": "2010-04-01", "caller_name": null, "date_created": "Tue, 31 Aug 2010 20:36:28 +0000",
                 "date_updated": "Tue, 31 Aug 2010 20:36:44 +0000", "direction": "outbound-api", "duration": "15",
                 "end_time": null, "forwarded_from": null, "from": "+15005550006", "from_formatted": "(500) 555-0006",
                 "group_sid": null, "parent_call_sid": null, "phone_number_sid": "PN0", "price": null,
                 "price_unit": "USD", "sid": "CA0123456789abcdef0123456789abcdef", "start_time": null,
                 "status": "queued", "subresource_uris": {}, "to": "+15551234567", "to_formatted": "(555) 123-4567",
                 "trunk_sid": null, "uri": "/2010-04-01/Accounts/AC0/Calls/CA0.json", "queue_time": "0"}""");
    }

    @Test
    void aCallReadsTheMessageTwice() throws Exception {
        provide();
        assertThat(send(Kind.FIRING)).isEqualTo(new Delivery.Delivered("CA0123456789abcdef0123456789abcdef"));
        var request = request();
        assertThat(request.getUrl()).isEqualTo("/2010-04-01/Accounts/" + ACCOUNT + "/Calls.json");
        assertThat(request.formParameter("To").firstValue()).isEqualTo(TO);
        assertThat(request.formParameter("From").firstValue()).isEqualTo(FROM);
        String twiml = request.formParameter("Twiml").firstValue();
        assertThat(VoiceResponse.Builder.fromXml(twiml).build().toXml()).isEqualTo(twiml); // the SDK reads it back
        assertThat(twiml)
                .isEqualTo("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Pause length=\"1\"/>"
                        + "<Say language=\"en-US\">" + SPOKEN + "</Say><Pause length=\"1\"/>"
                        + "<Say language=\"en-US\">I repeat. " + SPOKEN + "</Say></Response>");
    }

    private static final String SPOKEN = "This is Tocsin. [HIGH] checkout.slow: p99 of checkout is 2.1 s. "
            + "avg(\"5m\") was 2.1, limit &gt; 1.5. Runbook: docs/runbooks/latency.md. ";

    @Test
    void whatLabelsHoldIsReadAloud_neverObeyed() throws Exception {
        String twiml = VoiceNotifier.spoken(message(Kind.FIRING, "</Say><Dial>+1900</Dial>\u0000<Say>", Map.of()));
        assertThat(twiml).doesNotContain("<Dial>").contains("&lt;Dial&gt;");
        assertThat(VoiceResponse.Builder.fromXml(twiml).build().toXml()).isEqualTo(twiml);
    }

    @Test
    void aLongMessageStaysWithinTwiliosLimit() {
        assertThat(VoiceNotifier.spoken(message(Kind.FIRING, "&".repeat(5000), Map.of())))
                .hasSizeLessThan(4000 * 3); // counted after decoding, which the next line does
        assertThat(VoiceNotifier.spoken(message(Kind.FIRING, "x".repeat(5000), Map.of())))
                .hasSizeLessThan(4000);
    }
}
