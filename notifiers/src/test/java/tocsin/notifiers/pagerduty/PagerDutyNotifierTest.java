package tocsin.notifiers.pagerduty;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tocsin.notifiers.common.HttpProviderTest;
import tocsin.notifiers.common.WebClient;
import tocsin.notify.Delivery;
import tocsin.notify.Message;
import tocsin.notify.Message.Kind;
import tocsin.notify.Notifier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Answers are those that PagerDuty documents for the Events API v2. */
class PagerDutyNotifierTest extends HttpProviderTest {
    private static final String KEY = "R0UT1NGKEYplantedsecret012345678";

    @Override
    protected Notifier notifier() {
        return new PagerDutyNotifier(new WebClient(timeout()), address(), CLOCK);
    }

    @Override
    protected Map<String, String> settings() {
        return Map.of("routing_key", KEY);
    }

    @Override
    protected ResponseDefinitionBuilder taken() {
        return aResponse().withStatus(202).withBody("""
                {"status": "success", "message": "Event processed", "dedup_key": "0123456789abcdef-abc"}""");
    }

    @Override
    protected ResponseDefinitionBuilder refused(Trouble trouble) {
        return switch (trouble) {
            case TOO_MANY -> aResponse().withStatus(429).withHeader("Retry-After", "17");
            case DOWN -> aResponse().withStatus(500).withBody("Internal Server Error");
            case BAD_KEY -> aResponse().withStatus(400).withBody("""
                    {"status": "invalid event", "message": "Event object is invalid", "errors": ["Invalid routing key"]}""");
            default -> aResponse().withStatus(400).withBody("""
                    {"status": "invalid event", "message": "Event object is invalid",
                     "errors": ["Length of 'summary' is incorrect (should be between 1 and 1024 characters)"]}""");
        };
    }

    private JsonNode sent(Message message) {
        provide();
        server().resetRequests();
        assertThat(notifier().send(channel(), message, null)).isInstanceOf(Delivery.Delivered.class);
        return JsonMapper.shared().readTree(request().getBody());
    }

    @Test
    void anEventHoldsWhatPeopleNeed() {
        var event = sent(message(Kind.FIRING));
        assertThat(request().getUrl()).isEqualTo("/v2/enqueue");
        assertThat(event).isEqualTo(JsonMapper.shared().readTree("""
                {
                  "routing_key": "R0UT1NGKEYplantedsecret012345678",
                  "event_action": "trigger",
                  "dedup_key": "0123456789abcdef-abc",
                  "client": "Tocsin",
                  "client_url": "http://localhost:8080/alerts/0123456789abcdef-abc",
                  "links": [
                    {"href": "http://localhost:8080/alerts/0123456789abcdef-abc", "text": "Open in Tocsin"}
                  ],
                  "payload": {
                    "summary": "[HIGH] checkout.slow: p99 of checkout is 2.1 s",
                    "source": "web-1",
                    "severity": "error",
                    "timestamp": "2026-03-01T10:00:00Z",
                    "custom_details": {
                      "severity": "high",
                      "rule": "checkout.slow",
                      "instance": "web-1",
                      "message": "avg(\\"5m\\") was 2.1, limit > 1.5\\nRunbook: docs/runbooks/latency.md",
                      "why you": "Step 1 of the escalation \\"checkout\\"."
                    }
                  }
                }
                """));
    }

    @ParameterizedTest
    @CsvSource({
        "FIRING, trigger",
        "ESCALATED, trigger",
        "ACKNOWLEDGED, acknowledge",
        "RESOLVED, resolve",
        "TEST, trigger",
    })
    void theIncidentFollowsTheAlert(Kind kind, String action) {
        var event = sent(message(kind));
        assertThat(event.get("event_action").asString()).isEqualTo(action);
        assertThat(event.get("dedup_key").asString()).isEqualTo("0123456789abcdef-abc");
    }

    @ParameterizedTest
    @CsvSource({"critical, critical", "high, error", "medium, warning", "low, info", "odd, error"})
    void severitiesAreTranslated(String ours, String theirs) {
        var event = sent(message(Kind.FIRING, "title", Map.of("severity", ours)));
        assertThat(event.get("payload").get("severity").asString()).isEqualTo(theirs);
    }

    @Test
    void aLongTitleIsCutToWhatPagerDutyTakes() {
        String summary = sent(message(Kind.FIRING, "🔔".repeat(1000), Map.of()))
                .get("payload")
                .get("summary")
                .asString();
        assertThat(summary).hasSizeBetween(1000, 1024).endsWith("🔔…");
    }

    @Test
    void theReasonOfARefusalIsTold() {
        make(Trouble.BAD_KEY);
        assertThat(notifier().send(channel(), message(Kind.FIRING), null))
                .isInstanceOfSatisfying(
                        Delivery.Rejected.class,
                        rejected -> assertThat(rejected.cause())
                                .startsWith("PagerDuty: answer 400")
                                .contains("Invalid routing key"));
    }
}
