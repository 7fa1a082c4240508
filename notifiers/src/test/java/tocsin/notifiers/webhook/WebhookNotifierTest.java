package tocsin.notifiers.webhook;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tocsin.notifiers.common.HttpProviderTest;
import tocsin.notifiers.common.WebClient;
import tocsin.notify.Delivery;
import tocsin.notify.Message;
import tocsin.notify.Message.Kind;
import tocsin.notify.Notifier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class WebhookNotifierTest extends HttpProviderTest {
    private static final String SECRET = "planted-secret-of-signature";

    private final WebhookNotifier notifier = new WebhookNotifier(new WebClient(timeout()), CLOCK);

    @Override
    protected Notifier notifier() {
        return notifier;
    }

    @Override
    protected Map<String, String> settings() {
        return Map.of(
                "url",
                address() + "/hooks/tocsin?team=7",
                "secret",
                SECRET,
                "header",
                "Authorization: Bearer planted-secret-of-header");
    }

    @Override
    protected ResponseDefinitionBuilder taken() {
        return aResponse().withStatus(200).withHeader("X-Request-Id", "req-42");
    }

    @Override
    protected ResponseDefinitionBuilder refused(Trouble trouble) {
        return switch (trouble) {
            case TOO_MANY -> aResponse().withStatus(429).withHeader("Retry-After", "17");
            case DOWN -> aResponse().withStatus(503).withBody("upstream\nis away");
            case BAD_KEY -> aResponse().withStatus(401);
            default -> aResponse().withStatus(422).withBody("{\"error\":\"no such field\"}");
        };
    }

    private JsonNode sent() {
        return JsonMapper.shared().readTree(request().getBody());
    }

    private Delivery send(Message message) {
        return notifier.send(channel(), message, null);
    }

    @Test
    void theRequestIsWhatTheDocumentationPromises() {
        provide();
        assertThat(send(message(Kind.FIRING))).isEqualTo(new Delivery.Delivered("req-42"));

        var request = request();
        assertThat(request.getUrl()).isEqualTo("/hooks/tocsin?team=7");
        assertThat(request.getMethod().getName()).isEqualTo("POST");
        assertThat(request.getHeader("Content-Type")).isEqualToIgnoringCase("application/json; charset=utf-8");
        assertThat(request.getHeader("Idempotency-Key")).isEqualTo("0123456789abcdef-abc/tell/FIRING/desk");
        assertThat(request.getHeader("Authorization")).isEqualTo("Bearer planted-secret-of-header");
        assertThat(sent()).isEqualTo(JsonMapper.shared().readTree("""
                {
                  "event": "alert.firing",
                  "key": "0123456789abcdef-abc/tell/FIRING/desk",
                  "alert": "0123456789abcdef-abc",
                  "status": "firing",
                  "title": "[HIGH] checkout.slow: p99 of checkout is 2.1 s",
                  "body": "avg(\\"5m\\") was 2.1, limit > 1.5\\nRunbook: docs/runbooks/latency.md",
                  "facts": {"severity": "high", "rule": "checkout.slow", "instance": "web-1"},
                  "link": "http://localhost:8080/alerts/0123456789abcdef-abc",
                  "reason": "Step 1 of the escalation \\"checkout\\".",
                  "createdAt": "2026-03-01T10:00:00Z"
                }
                """));
    }

    /** Computed here as docs/channels.md tells receivers to do it. */
    @Test
    void theSignatureCanBeChecked() throws Exception {
        provide();
        send(message(Kind.RESOLVED));
        String signature = request().getHeader("X-Tocsin-Signature");
        long time = NOW.getEpochSecond();
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        String signed = time + "." + new String(request().getBody(), StandardCharsets.UTF_8);
        String expected = HexFormat.of().formatHex(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
        assertThat(signature).isEqualTo("t=" + time + ",v1=" + expected);
    }

    /** The same as: printf '1772359205.{}' | openssl dgst -sha256 -hmac key. */
    @Test
    void theSignatureOfAKnownRequest() {
        assertThat(Signature.of("key", NOW, "{}".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("t=1772359205,v1=84687de61c982db1a8a964ba12ec094aa2a422f2c92c9323d858522d75845ada");
    }

    @Test
    void withoutSecretAndHeader_neitherIsSent() {
        provide();
        notifier.send(channel(Map.of("url", address() + "/")), message(Kind.FIRING), null);
        assertThat(request().getHeader("X-Tocsin-Signature")).isNull();
        assertThat(request().getHeader("Authorization")).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void eachKindHasItsEvent(Kind kind) {
        provide();
        send(message(kind));
        String expected = switch (kind) {
            case FIRING -> "alert.firing firing";
            case ESCALATED -> "alert.escalated firing";
            case ACKNOWLEDGED -> "alert.acknowledged acknowledged";
            case RESOLVED -> "alert.resolved resolved";
            case HEAL -> "heal firing";
            case TEST -> "test test";
        };
        assertThat(sent().get("event").asString() + " " + sent().get("status").asString())
                .isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0} with Retry-After {1} -> {2}, {3}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            200 | - | Delivered | -
            204 | - | Delivered | -
            301 | - | Rejected  | -
            400 | 9 | Rejected  | -
            404 | - | Rejected  | -
            408 | - | Retry     | -
            410 | - | Rejected  | -
            429 | 30 | Retry    | PT30S
            429 | 99999999 | Retry | PT1H
            429 | 999999999999999999999999 | Retry | -
            429 | soon | Retry  | -
            429 | -5 | Retry    | -
            500 | - | Retry     | -
            503 | Sun, 01 Mar 2026 10:02:05 GMT | Retry | PT2M
            503 | Sun, 01 Mar 2026 09:00:00 GMT | Retry | PT0S
            503 | Mon, 01 Mar 2027 09:00:00 GMT | Retry | PT1H""")
    void eachAnswerMeansOneThing(int status, String retryAfter, String expected, Duration after) {
        var response = aResponse().withStatus(status);
        answer(retryAfter == null ? response : response.withHeader("Retry-After", retryAfter));
        var delivery = send(message(Kind.FIRING));
        assertThat(delivery.getClass().getSimpleName()).isEqualTo(expected);
        if (delivery instanceof Delivery.Retry retry) {
            assertThat(retry.after()).isEqualTo(after);
            assertThat(retry.cause()).isEqualTo("answer " + status);
        }
    }

    @Test
    void theReceiversReasonIsToldInOneLine() {
        make(Trouble.DOWN);
        assertThat(send(message(Kind.FIRING))).isEqualTo(new Delivery.Retry("answer 503: upstream is away", null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://example.org/",
                "example.org/hook",
                "https://",
                "http:///x",
                "https://u:p@example.org/",
                "http://a b/",
                "file:///etc/passwd",
                "http://example.org:99999/"
            })
    void addressesThatAreRefused(String url) {
        assertThat(notifier.problems(Map.of("url", url)))
                .singleElement()
                .asString()
                .startsWith("url ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Authorization", "Host: evil", "content-length: 3", "X: a\u00e9", ": value", "Idempotency-Key: 1"
            })
    void headersThatAreRefused(String header) {
        assertThat(notifier.problems(Map.of("url", "https://example.org/", "header", header)))
                .singleElement()
                .asString()
                .startsWith("header ");
    }
}
