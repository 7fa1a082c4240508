package tocsin.notifiers.slack;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import java.util.LinkedHashMap;
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

/** Answers are those that Slack documents for incoming webhooks. */
class SlackWebhookTest extends HttpProviderTest {
    @Override
    protected Notifier notifier() {
        return new SlackNotifier(new WebClient(timeout()), address(), timeout(), CLOCK);
    }

    @Override
    protected Map<String, String> settings() {
        return Map.of("webhook_url", address() + "/services/T000/B000/planted-secret-path");
    }

    @Override
    protected ResponseDefinitionBuilder taken() {
        return aResponse().withStatus(200).withBody("ok");
    }

    @Override
    protected ResponseDefinitionBuilder refused(Trouble trouble) {
        return switch (trouble) {
            case TOO_MANY ->
                aResponse().withStatus(429).withHeader("Retry-After", "17").withBody("rate_limited");
            case DOWN -> aResponse().withStatus(500).withBody("rollup_error");
            case BAD_KEY -> aResponse().withStatus(403).withBody("invalid_token");
            default -> aResponse().withStatus(400).withBody("invalid_payload");
        };
    }

    private JsonNode sent(Message message) {
        provide();
        assertThat(notifier().send(channel(), message, null)).isEqualTo(new Delivery.Delivered(""));
        return JsonMapper.shared().readTree(request().getBody());
    }

    @Test
    void aMessageShowsColourFactsAndButton() {
        var message = sent(message(Kind.FIRING));
        assertThat(request().getUrl()).isEqualTo("/services/T000/B000/planted-secret-path");
        assertThat(message.get("text").asString()).isEqualTo("🔔 [HIGH] checkout.slow: p99 of checkout is 2.1 s");
        var attachment = message.get("attachments").get(0);
        assertThat(attachment.get("color").asString()).isEqualTo("#e0562b");
        var blocks = attachment.get("blocks");
        assertThat(blocks.valueStream().map(block -> block.get("type").asString()))
                .containsExactly("header", "section", "section", "actions", "context");
        assertThat(blocks.get(1).get("text").get("text").asString())
                .isEqualTo("avg(\"5m\") was 2.1, limit &gt; 1.5\nRunbook: docs/runbooks/latency.md");
        assertThat(blocks.get(2)
                        .get("fields")
                        .valueStream()
                        .map(field -> field.get("text").asString()))
                .containsExactly("*severity*\nhigh", "*rule*\ncheckout.slow", "*instance*\nweb-1");
        assertThat(blocks.get(3).get("elements").get(0).get("url").asString())
                .isEqualTo("http://localhost:8080/alerts/0123456789abcdef-abc");
    }

    @Test
    void aLabelCannotCallTheWholeChannelOrBecomeALink() {
        var message = sent(message(Kind.FIRING, "<!channel> & <http://evil|x>", Map.of("instance", "<!here>")));
        var fields = message.get("attachments").get(0).get("blocks").get(2).get("fields");
        assertThat(fields.get(0).get("text").asString()).isEqualTo("*instance*\n&lt;!here&gt;");
        assertThat(message.get("text").asString()).isEqualTo("🔔 &lt;!channel&gt; &amp; &lt;http://evil|x&gt;");
    }

    @Test
    void everythingStaysWithinSlacksLimits() {
        var facts = new LinkedHashMap<String, String>();
        for (int i = 0; i < 40; i++) {
            facts.put("label" + i + "&".repeat(300), "<".repeat(3000));
        }
        var blocks = sent(message(Kind.FIRING, "&".repeat(5000), facts))
                .get("attachments")
                .get(0)
                .get("blocks");
        assertThat(blocks.get(0).get("text").get("text").asString()).hasSizeLessThanOrEqualTo(150);
        assertThat(blocks.get(2).get("fields").size()).isEqualTo(10);
        blocks.get(2)
                .get("fields")
                .valueStream()
                .forEach(field -> assertThat(field.get("text").asString()).hasSizeLessThanOrEqualTo(2000));
    }

    @ParameterizedTest
    @CsvSource({
        "400, invalid_payload, Rejected",
        "403, action_prohibited, Rejected",
        "404, no_service, Rejected",
        "410, channel_is_archived, Rejected",
        "429, rate_limited, Retry",
        "500, rollup_error, Retry",
    })
    void eachAnswerMeansOneThing(int status, String body, String expected) {
        answer(aResponse().withStatus(status).withBody(body));
        var delivery = notifier().send(channel(), message(Kind.FIRING), null);
        assertThat(delivery.getClass().getSimpleName()).isEqualTo(expected);
        assertThat(cause(delivery)).isEqualTo("Slack: answer " + status + ": " + body);
    }

    @Test
    void oneWayToPostIsNeeded_notTwo() {
        assertThat(notifier().problems(Map.of()))
                .containsExactly("exactly one of webhook_url and bot_token is required");
        assertThat(notifier().problems(Map.of("bot_token", "xoxb-1-planted-secret")))
                .containsExactly("channel is required with bot_token");
        assertThat(notifier().problems(Map.of("webhook_url", "https://hooks.slack.com/services/x", "channel", "#a")))
                .containsExactly("channel is of use with bot_token only");
    }
}
