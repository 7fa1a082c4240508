package tocsin.notifiers.slack;

import com.slack.api.methods.SlackApiException;
import com.slack.api.methods.SlackApiTextResponse;
import java.net.http.HttpHeaders;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tocsin.notifiers.common.Answer;
import tocsin.notify.Delivery;

/** What Slack's answers mean. Its Web API answers 200 to nearly everything, with an error code inside. */
final class SlackAnswers {
    /** Codes that pass by themselves; every other one stays until somebody changes something. */
    private static final Set<String> PASSING = Set.of(
            "ratelimited",
            "rate_limited",
            "message_limit_exceeded",
            "internal_error",
            "fatal_error",
            "service_unavailable",
            "request_timeout",
            "team_added_to_org");

    /** The message can't be brought up to date any more. */
    private static final Set<String> GONE =
            Set.of("message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found");

    private static final Map<String, String> ADVICE = Map.of(
            "invalid_auth", "the bot token is wrong",
            "token_revoked", "the bot token was revoked",
            "account_inactive", "the bot's account was removed",
            "not_authed", "there is no bot token",
            "missing_scope", "give the bot the scope chat:write",
            "not_in_channel", "invite the bot to the channel",
            "channel_not_found", "there is no such channel, or the bot is not in it",
            "is_archived", "the channel is archived");

    private final InstantSource clock;

    SlackAnswers(InstantSource clock) {
        this.clock = clock;
    }

    boolean isOk(@Nullable SlackApiTextResponse answer) {
        return answer != null && answer.isOk();
    }

    boolean isGone(@Nullable SlackApiTextResponse answer) {
        return answer != null && !answer.isOk() && GONE.contains(code(answer));
    }

    /** Of an answer 200 that is not ok. */
    Delivery ofApi(@Nullable SlackApiTextResponse answer) {
        if (answer == null || answer.getError() == null) {
            return new Delivery.Retry("Slack: an answer that is neither ok nor an error", null);
        }
        String code = code(answer);
        String cause = ADVICE.containsKey(code) ? "Slack: " + code + ": " + ADVICE.get(code) : "Slack: " + code;
        return PASSING.contains(code)
                ? new Delivery.Retry(
                        cause, asAnswer(200, answer.getHttpResponseHeaders()).pause(clock.instant()))
                : new Delivery.Rejected(cause);
    }

    /** Of an answer that is not 200, which the SDK throws. */
    Delivery ofStatus(SlackApiException failure) {
        var response = failure.getResponse();
        var answer = asAnswer(response.code(), response.headers().toMultimap());
        String body = failure.getResponseBody();
        return judge(new Answer(answer.status(), answer.headers(), body == null ? "" : body));
    }

    Delivery ofWebhook(Answer answer) {
        return answer.status() == 200 ? new Delivery.Delivered("") : judge(answer);
    }

    private Delivery judge(Answer answer) {
        return answer.isPassing()
                ? new Delivery.Retry("Slack: " + answer.inWords(), answer.pause(clock.instant()))
                : new Delivery.Rejected("Slack: " + answer.inWords());
    }

    private static String code(SlackApiTextResponse answer) {
        return answer.getError() == null ? "" : answer.getError();
    }

    private static Answer asAnswer(int status, @Nullable Map<String, List<String>> headers) {
        return new Answer(status, HttpHeaders.of(headers == null ? Map.of() : headers, (_, _) -> true), "");
    }
}
