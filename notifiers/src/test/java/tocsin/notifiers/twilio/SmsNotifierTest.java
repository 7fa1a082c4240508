package tocsin.notifiers.twilio;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tocsin.notifiers.common.WebClient;
import tocsin.notify.Delivery;
import tocsin.notify.Message.Kind;
import tocsin.notify.Notifier;

class SmsNotifierTest extends TwilioAnswersTest {
    @Override
    protected Notifier notifier() {
        return new SmsNotifier(new WebClient(timeout()), address(), CLOCK);
    }

    /** As in Twilio's documentation of the Messages resource. */
    @Override
    protected ResponseDefinitionBuilder taken() {
        return aResponse()
                .withStatus(201)
                .withHeader("Content-Type", "application/json")
                .withBody("""
                {"account_sid": "AC0123456789abcdef0123456789abcdef", "api_version": "2010-04-01", "body": "Hi there",
                 "date_created": "Thu, 24 Aug 2023 05:01:45 +0000", "date_sent": null,
                 "date_updated": "Thu, 24 Aug 2023 05:01:45 +0000", "direction": "outbound-api", "error_code": null,
                 "error_message": null, "from": "+15005550006", "num_media": "0", "num_segments": "1", "price": null,
                 "price_unit": null, "messaging_service_sid": null, "sid": "SM0123456789abcdef0123456789abcdef",
                 "status": "queued", "subresource_uris": {"media": "/2010-04-01/Media.json"}, "tags": null,
                 "to": "+15551234567", "uri": "/2010-04-01/Accounts/AC0/Messages/SM0.json"}""");
    }

    @Test
    void aTextHoldsTitleBodyAndLink() {
        provide();
        assertThat(send(Kind.FIRING)).isEqualTo(new Delivery.Delivered("SM0123456789abcdef0123456789abcdef"));
        var request = request();
        assertThat(request.getUrl()).isEqualTo("/2010-04-01/Accounts/" + ACCOUNT + "/Messages.json");
        assertThat(request.getHeader("Authorization")).isEqualTo(basic(ACCOUNT + ":planted-secret-token"));
        assertThat(request.formParameter("To").firstValue()).isEqualTo(TO);
        assertThat(request.formParameter("From").firstValue()).isEqualTo(FROM);
        assertThat(request.formParameter("Body").firstValue()).isEqualTo("""
                [HIGH] checkout.slow: p99 of checkout is 2.1 s
                avg("5m") was 2.1, limit > 1.5
                Runbook: docs/runbooks/latency.md
                http://localhost:8080/alerts/0123456789abcdef-abc""");
    }

    @Test
    void aMessagingServiceTakesThePlaceOfTheNumber() {
        provide();
        var settings = new HashMap<>(settings());
        settings.put("messaging_service_sid", "MG0123456789abcdef0123456789abcdef");
        assertThat(notifier().problems(settings))
                .containsExactly("exactly one of from and messaging_service_sid is required");
        settings.remove("from");
        notifier().send(channel(settings), message(Kind.FIRING), null);
        assertThat(request().formParameter("MessagingServiceSid").firstValue())
                .isEqualTo("MG0123456789abcdef0123456789abcdef");
    }

    @Test
    void aLongTextKeepsItsLink() {
        String text = SmsNotifier.text(message(Kind.FIRING, "x".repeat(2000), Map.of()));
        assertThat(text)
                .hasSizeLessThanOrEqualTo(SmsNotifier.MAX_TEXT)
                .endsWith("…\nhttp://localhost:8080/alerts/0123456789abcdef-abc");
    }
}
