package tocsin.notifiers.slack;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tocsin.notifiers.common.HttpProviderTest;
import tocsin.notifiers.common.WebClient;
import tocsin.notify.Delivery;
import tocsin.notify.Message.Kind;
import tocsin.notify.Notifier;
import tools.jackson.databind.json.JsonMapper;

/** Answers are those that Slack documents for chat.postMessage and chat.update. */
class SlackBotTest extends HttpProviderTest {
    private static final String TOKEN = "xoxb-17653672481-planted-secret-token";

    @Override
    protected Notifier notifier() {
        return new SlackNotifier(new WebClient(timeout()), address(), timeout(), CLOCK);
    }

    @Override
    protected Map<String, String> settings() {
        return Map.of("bot_token", TOKEN, "channel", "#alerts");
    }

    @Override
    protected ResponseDefinitionBuilder taken() {
        return json("""
                {"ok": true, "channel": "C123ABC456", "ts": "1503435956.000247",
                 "message": {"text": "Here's a message for you", "username": "tocsin", "bot_id": "B123ABC456",
                             "type": "message", "subtype": "bot_message", "ts": "1503435956.000247"}}""");
    }

    @Override
    protected ResponseDefinitionBuilder refused(Trouble trouble) {
        return switch (trouble) {
            case TOO_MANY ->
                aResponse().withStatus(429).withHeader("Retry-After", "17").withBody("""
                    {"ok": false, "error": "ratelimited"}""");
            case DOWN -> aResponse().withStatus(503).withBody("upstream connect error");
            case BAD_KEY -> error("invalid_auth");
            default -> error("invalid_blocks");
        };
    }

    /** Slack's SDK needs the body: without one that can be read nobody knows whether the message was taken. */
    @Override
    protected Class<? extends Delivery> expected(Trouble trouble) {
        return trouble == Trouble.NONSENSE || trouble == Trouble.TALKS_FOREVER
                ? Delivery.Retry.class
                : super.expected(trouble);
    }

    private static ResponseDefinitionBuilder json(String body) {
        return aResponse()
                .withStatus(200)
                .withHeader("Content-Type", "application/json; charset=utf-8")
                .withBody(body);
    }

    private static ResponseDefinitionBuilder error(String code) {
        return json("{\"ok\": false, \"error\": \"" + code + "\"}");
    }

    private void answerTo(String method, ResponseDefinitionBuilder response) {
        server().stubFor(post(urlPathEqualTo("/api/" + method)).willReturn(response));
    }

    private Delivery send(Kind kind, String earlier) {
        return notifier().send(channel(), message(kind), earlier);
    }

    private List<String> methods() {
        return requests().stream().map(LoggedRequest::getUrl).toList();
    }

    @Test
    void theFirstMessageIsPosted() {
        provide();
        assertThat(send(Kind.FIRING, null)).isEqualTo(new Delivery.Delivered("C123ABC456:1503435956.000247"));
        assertThat(methods()).containsExactly("/api/chat.postMessage");
        var request = request();
        assertThat(request.getHeader("Authorization")).isEqualTo("Bearer " + TOKEN);
        assertThat(request.formParameter("channel").firstValue()).isEqualTo("#alerts");
        assertThat(request.formParameter("text").firstValue())
                .isEqualTo("🔔 [HIGH] checkout.slow: p99 of checkout is 2.1 s");
        var attachments = JsonMapper.shared()
                .readTree(request.formParameter("attachments").firstValue());
        assertThat(attachments.get(0).get("color").asString()).isEqualTo("#e0562b");
        assertThat(attachments.get(0).get("blocks").get(0).get("type").asString())
                .isEqualTo("header");
    }

    @Test
    void theNextMessageUpdatesTheFirst_andTellsItsThread() {
        provide();
        assertThat(send(Kind.RESOLVED, "C123ABC456:1503435956.000247"))
                .isEqualTo(new Delivery.Delivered("C123ABC456:1503435956.000247"));
        assertThat(methods()).containsExactly("/api/chat.update", "/api/chat.postMessage");

        var update = requests().getFirst();
        assertThat(update.formParameter("channel").firstValue()).isEqualTo("C123ABC456");
        assertThat(update.formParameter("ts").firstValue()).isEqualTo("1503435956.000247");
        assertThat(update.formParameter("attachments").firstValue()).contains("#2e9e5b");
        var reply = requests().getLast();
        assertThat(reply.formParameter("thread_ts").firstValue()).isEqualTo("1503435956.000247");
        assertThat(reply.formParameter("reply_broadcast").firstValue())
                .isNotEqualTo("true")
                .isNotEqualTo("1");
        assertThat(reply.formParameter("text").firstValue())
                .startsWith("✅ Resolved. Step 1 of the escalation \"checkout\".");
    }

    @Test
    void anEscalationIsShownInTheChannel_becauseAThreadWakesNobody() {
        provide();
        send(Kind.ESCALATED, "C123ABC456:1503435956.000247");
        assertThat(requests().getLast().formParameter("reply_broadcast").firstValue())
                .isIn("true", "1");
    }

    @ParameterizedTest
    @CsvSource({"message_not_found", "cant_update_message", "edit_window_closed"})
    void whenTheFirstMessageIsGone_aNewOneIsPosted(String code) {
        provide();
        answerTo("chat.update", error(code));
        assertThat(send(Kind.RESOLVED, "C1:2.3")).isEqualTo(new Delivery.Delivered("C123ABC456:1503435956.000247"));
        assertThat(methods()).containsExactly("/api/chat.update", "/api/chat.postMessage");
        assertThat(requests().getLast().formParameter("channel").firstValue()).isEqualTo("#alerts");
    }

    @Test
    void anIdFromTheTimeOfAnotherSettingIsNoHindrance() {
        provide();
        assertThat(send(Kind.RESOLVED, "")).isInstanceOf(Delivery.Delivered.class);
        assertThat(methods()).containsExactly("/api/chat.postMessage");
    }

    @ParameterizedTest(name = "ok: false, {0} -> {1}")
    @CsvSource({
        "ratelimited, Retry",
        "internal_error, Retry",
        "fatal_error, Retry",
        "service_unavailable, Retry",
        "request_timeout, Retry",
        "invalid_auth, Rejected",
        "token_revoked, Rejected",
        "missing_scope, Rejected",
        "not_in_channel, Rejected",
        "channel_not_found, Rejected",
        "is_archived, Rejected",
        "msg_too_long, Rejected",
        "something_new, Rejected",
    })
    void anAnswer200CanBeAFailure(String code, String expected) {
        answer(error(code));
        for (String earlier : new String[] {null, "C1:2.3"}) {
            var delivery = send(Kind.FIRING, earlier);
            assertThat(delivery.getClass().getSimpleName()).isEqualTo(expected);
            assertThat(cause(delivery)).startsWith("Slack: " + code);
        }
    }

    @Test
    void peopleAreToldWhatToDo() {
        answer(error("not_in_channel"));
        assertThat(send(Kind.FIRING, null))
                .isEqualTo(new Delivery.Rejected("Slack: not_in_channel: invite the bot to the channel"));
    }

    @Test
    void aRateLimitInA200KeepsItsPause() {
        answer(error("ratelimited").withHeader("Retry-After", "30"));
        assertThat(send(Kind.FIRING, null)).isEqualTo(new Delivery.Retry("Slack: ratelimited", Duration.ofSeconds(30)));
    }

    @Test
    void whenTheThreadCannotBeTold_theMessageIsTriedAgain() {
        provide();
        answerTo("chat.postMessage", error("internal_error"));
        assertThat(send(Kind.RESOLVED, "C1:2.3")).isEqualTo(new Delivery.Retry("Slack: internal_error", null));
    }

    @Test
    void anEmptyAnswerIsTriedAgain() {
        answer(aResponse().withStatus(200));
        assertThat(send(Kind.FIRING, null)).isInstanceOf(Delivery.Retry.class);
    }
}
