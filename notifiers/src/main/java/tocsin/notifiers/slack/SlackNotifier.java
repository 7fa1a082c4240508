package tocsin.notifiers.slack;

import com.google.gson.JsonParseException;
import com.slack.api.methods.MethodsClient;
import com.slack.api.methods.SlackApiException;
import com.slack.api.methods.SlackApiTextResponse;
import com.slack.api.methods.request.chat.ChatPostMessageRequest;
import com.slack.api.methods.request.chat.ChatUpdateRequest;
import com.slack.api.model.Attachment;
import com.slack.api.util.json.GsonFactory;
import com.slack.api.webhook.Payload;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tocsin.notifiers.common.CheckedNotifier;
import tocsin.notifiers.common.Checks;
import tocsin.notifiers.common.Form;
import tocsin.notifiers.common.Values;
import tocsin.notifiers.common.WebClient;
import tocsin.notify.Delivery;
import tocsin.notify.Message;

/**
 * Tells a Slack channel. With an incoming webhook each message stands alone. With a bot token there is one message per
 * alert, which always shows how the alert stands, and what happened is told in its thread.
 */
public final class SlackNotifier extends CheckedNotifier {
    private static final Form FORM = Form.builder()
            .optionalSecret(
                    "webhook_url",
                    "Incoming webhook",
                    "Such as https://hooks.slack.com/services/T000/B000/XXXX. In Slack: Apps, Incoming Webhooks",
                    Checks::webAddress)
            .optionalSecret(
                    "bot_token",
                    "Bot token",
                    "Instead of the webhook, and better: begins with xoxb-. The bot needs the scope chat:write",
                    Checks.form("xox[bp][A-Za-z0-9.-]{4,250}", "xoxb-…, as Slack shows it under OAuth & Permissions"))
            .optional(
                    "channel",
                    "Channel",
                    "With a bot token: the channel's id such as C0123456789, or #name. Invite the bot to it",
                    Checks.form("#?[\\p{L}\\p{N}_-]{1,80}", "C0123456789 or #alerts"))
            .rule(settings -> way(new Values(settings)))
            .build();

    private final WebClient client;
    private final SlackApi api;
    private final SlackAnswers answers;

    /**
     * @param api where Slack's Web API is, without a path
     * @param timeout of one message, which may need two calls
     */
    public SlackNotifier(WebClient client, URI api, Duration timeout, InstantSource clock) {
        super("slack", FORM);
        this.client = client;
        this.api = new SlackApi(api, timeout.dividedBy(2));
        this.answers = new SlackAnswers(clock);
    }

    private static @Nullable String way(Values settings) {
        if (settings.has("webhook_url") == settings.has("bot_token")) {
            return "exactly one of webhook_url and bot_token is required";
        }
        if (settings.has("bot_token") != settings.has("channel")) {
            return settings.has("channel")
                    ? "channel is of use with bot_token only"
                    : "channel is required with bot_token";
        }
        return null;
    }

    @Override
    protected Delivery deliver(Values settings, Message message, @Nullable String earlier)
            throws IOException, InterruptedException {
        return settings.has("webhook_url") ? byWebhook(settings, message) : byBot(settings, message, earlier);
    }

    private Delivery byWebhook(Values settings, Message message) throws IOException, InterruptedException {
        var payload = Payload.builder()
                .text(SlackText.fallback(message))
                .attachments(attachments(message))
                .build();
        byte[] body = GsonFactory.createSnakeCase().toJson(payload).getBytes(StandardCharsets.UTF_8);
        var request = client.json(URI.create(settings.get("webhook_url")), body).build();
        return answers.ofWebhook(client.exchange(request));
    }

    private Delivery byBot(Values settings, Message message, @Nullable String earlier) throws IOException {
        var bot = api.as(settings.get("bot_token"));
        try {
            var posted = earlier == null ? null : Posted.parse(earlier);
            return posted == null ? post(bot, settings.get("channel"), message) : goOn(bot, settings, message, posted);
        } catch (SlackApiException e) {
            return answers.ofStatus(e);
        } catch (JsonParseException e) {
            return new Delivery.Retry("Slack: an answer that is no JSON", null);
        }
    }

    private Delivery post(MethodsClient bot, String channel, Message message) throws IOException, SlackApiException {
        var answer = bot.chatPostMessage(ChatPostMessageRequest.builder()
                .channel(channel)
                .text(SlackText.fallback(message))
                .attachments(attachments(message))
                .unfurlLinks(false)
                .build());
        return answers.isOk(answer)
                ? new Delivery.Delivered(new Posted(answer.getChannel(), answer.getTs()).id())
                : answers.ofApi(answer);
    }

    /** First bring the message up to date, which may be repeated, and then tell its thread, which may not. */
    private Delivery goOn(MethodsClient bot, Values settings, Message message, Posted posted)
            throws IOException, SlackApiException {
        var updated = bot.chatUpdate(ChatUpdateRequest.builder()
                .channel(posted.channel())
                .ts(posted.timestamp())
                .text(SlackText.fallback(message))
                .attachments(attachments(message))
                .build());
        if (answers.isGone(updated)) {
            return post(bot, settings.get("channel"), message); // somebody removed it, and people are told all the same
        }
        return answers.isOk(updated) ? reply(bot, message, posted) : answers.ofApi(updated);
    }

    private Delivery reply(MethodsClient bot, Message message, Posted posted) throws IOException, SlackApiException {
        SlackApiTextResponse answer = bot.chatPostMessage(ChatPostMessageRequest.builder()
                .channel(posted.channel())
                .threadTs(posted.timestamp())
                .replyBroadcast(isUrgent(message)) // an answer in a thread wakes nobody
                .text(SlackText.logLine(message))
                .unfurlLinks(false)
                .build());
        return answers.isOk(answer) ? new Delivery.Delivered(posted.id()) : answers.ofApi(answer);
    }

    private static boolean isUrgent(Message message) {
        return message.kind() == Message.Kind.FIRING || message.kind() == Message.Kind.ESCALATED;
    }

    private static List<Attachment> attachments(Message message) {
        return List.of(Attachment.builder()
                .color(SlackText.colour(message))
                .fallback(SlackText.fallback(message))
                .blocks(SlackText.blocks(message))
                .build());
    }
}
