package tocsin.notifiers.twilio;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tocsin.notifiers.common.HttpProviderTest;
import tocsin.notify.Delivery;
import tocsin.notify.Message.Kind;

/** What text messages and calls have in common, with the answers that Twilio documents. */
abstract class TwilioAnswersTest extends HttpProviderTest {
    static final String ACCOUNT = "AC0123456789abcdef0123456789abcdef";
    static final String FROM = "+15005550006";
    static final String TO = "+15551234567";

    @Override
    protected Map<String, String> settings() {
        return Map.of("account_sid", ACCOUNT, "auth_token", "planted-secret-token", "from", FROM, "to", TO);
    }

    @Override
    protected ResponseDefinitionBuilder refused(Trouble trouble) {
        return switch (trouble) {
            case TOO_MANY -> error(429, 20429, "Too Many Requests").withHeader("Retry-After", "17");
            case DOWN -> error(503, 20503, "Service Unavailable");
            case BAD_KEY -> error(401, 20003, "Authenticate");
            default -> error(400, 21211, "Invalid 'To' Phone Number: +1555XXXX");
        };
    }

    static ResponseDefinitionBuilder error(int status, int code, String message) {
        return aResponse()
                .withStatus(status)
                .withHeader("Content-Type", "application/json")
                .withBody("""
                {"code": %d, "message": "%s", "more_info": "https://www.twilio.com/docs/errors/%d", "status": %d}""".formatted(code, message, code, status));
    }

    Delivery send(Kind kind) {
        return notifier().send(channel(), message(kind), null);
    }

    @ParameterizedTest(name = "error {1} with status {0} -> {3}")
    @CsvSource({
        "400, 21211, Invalid 'To' Phone Number, Rejected",
        "400, 21608, The number is unverified, Rejected",
        "400, 21610, Attempt to send to unsubscribed recipient, Rejected",
        "400, 21611, This From number has exceeded the maximum number of queued messages, Retry",
        "401, 20003, Authenticate, Rejected",
        "403, 20005, Account not active, Rejected",
        "404, 20404, The requested resource was not found, Rejected",
        "429, 20429, Too Many Requests, Retry",
        "500, 20500, Internal Server Error, Retry",
        "503, 20503, Service Unavailable, Retry",
    })
    void eachErrorMeansOneThing(int status, int code, String text, String expected) {
        answer(error(status, code, text));
        var delivery = send(Kind.FIRING);
        assertThat(delivery.getClass().getSimpleName()).isEqualTo(expected);
        assertThat(cause(delivery)).isEqualTo("Twilio: error " + code + ": " + text);
    }

    @Test
    void anErrorThatIsNoJsonIsJudgedByItsStatus() {
        answer(aResponse().withStatus(502).withBody("<html>Bad gateway</html>"));
        assertThat(send(Kind.FIRING)).isInstanceOf(Delivery.Retry.class);
        answer(aResponse().withStatus(403).withBody("<html>Forbidden</html>"));
        assertThat(send(Kind.FIRING)).isInstanceOf(Delivery.Rejected.class);
        answer(aResponse().withStatus(500));
        assertThat(send(Kind.FIRING)).isInstanceOf(Delivery.Retry.class);
    }

    @Test
    void anApiKeyTakesThePlaceOfTheToken() {
        provide();
        var settings = new HashMap<>(settings());
        settings.remove("auth_token");
        settings.put("api_key_sid", "SK0123456789abcdef0123456789abcdef");
        settings.put("api_key_secret", "planted-secret-key");
        assertThat(notifier().send(channel(settings), message(Kind.FIRING), null))
                .isInstanceOf(Delivery.Delivered.class);
        assertThat(request().getHeader("Authorization"))
                .isEqualTo(basic("SK0123456789abcdef0123456789abcdef:planted-secret-key"));
        assertThat(request().getUrl()).contains("/Accounts/" + ACCOUNT + "/");
    }

    static String basic(String credentials) {
        return "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void halfCredentialsAreAProblem() {
        var settings = new HashMap<>(settings());
        settings.remove("auth_token");
        assertThat(notifier().problems(settings))
                .containsExactly("auth_token, or api_key_sid and api_key_secret, is required");
        settings.put("api_key_secret", "planted-secret-key");
        assertThat(notifier().problems(settings)).containsExactly("api_key_sid and api_key_secret are needed together");
        settings.put("to", "555-1234");
        assertThat(notifier().problems(settings)).hasSize(2);
    }
}
