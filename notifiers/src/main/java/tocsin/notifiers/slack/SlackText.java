package tocsin.notifiers.slack;

import com.slack.api.model.block.ActionsBlock;
import com.slack.api.model.block.ContextBlock;
import com.slack.api.model.block.HeaderBlock;
import com.slack.api.model.block.LayoutBlock;
import com.slack.api.model.block.SectionBlock;
import com.slack.api.model.block.composition.MarkdownTextObject;
import com.slack.api.model.block.composition.PlainTextObject;
import com.slack.api.model.block.composition.TextObject;
import com.slack.api.model.block.element.ButtonElement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tocsin.notifiers.common.Texts;
import tocsin.notify.Message;

/** A message as Slack shows it, within Slack's limits for each kind of block. */
final class SlackText {
    private static final int MAX_HEADER = 150;
    private static final int MAX_SECTION = 2900;
    private static final int MAX_FIELD = 280;
    private static final int MAX_FIELDS = 10;

    private SlackText() {}

    /** For notifications and screen readers. */
    static String fallback(Message message) {
        return escaped(Texts.cut(emoji(message) + " " + Texts.line(message.title()), 1000));
    }

    static String logLine(Message message) {
        String event = switch (message.kind()) {
            case FIRING -> "Fires.";
            case ESCALATED -> "Still fires, and nobody has answered.";
            case ACKNOWLEDGED -> "Acknowledged.";
            case RESOLVED -> "Resolved.";
            case HEAL -> "A repair was asked for.";
            case TEST -> "A test.";
        };
        String body = Texts.lines(message.body());
        String text = emoji(message) + " " + event + " " + message.reason() + (body.isEmpty() ? "" : "\n" + body);
        return escaped(Texts.cut(text, MAX_SECTION / 2));
    }

    static List<LayoutBlock> blocks(Message message) {
        var blocks = new ArrayList<LayoutBlock>();
        blocks.add(HeaderBlock.builder()
                .text(plain(emoji(message) + " " + Texts.line(message.title()), MAX_HEADER))
                .build());
        String body = Texts.lines(message.body());
        if (!body.isEmpty()) {
            blocks.add(SectionBlock.builder().text(markdown(body, MAX_SECTION)).build());
        }
        if (!message.facts().isEmpty()) {
            blocks.add(SectionBlock.builder().fields(fields(message.facts())).build());
        }
        blocks.add(ActionsBlock.builder()
                .elements(List.of(ButtonElement.builder()
                        .actionId("open")
                        .text(plain("Open in Tocsin", MAX_HEADER))
                        .url(message.link())
                        .build()))
                .build());
        if (!message.reason().isBlank()) {
            blocks.add(ContextBlock.builder()
                    .elements(List.of(plain(Texts.line(message.reason()), MAX_FIELD)))
                    .build());
        }
        return blocks;
    }

    private static List<TextObject> fields(Map<String, String> facts) {
        return facts.entrySet().stream()
                .limit(MAX_FIELDS)
                .<TextObject>map(fact -> MarkdownTextObject.builder()
                        .text("*" + escaped(Texts.cut(Texts.line(fact.getKey()), 100)) + "*\n"
                                + escaped(Texts.cut(Texts.line(fact.getValue()), MAX_FIELD)))
                        .build())
                .toList();
    }

    static String colour(Message message) {
        return switch (message.kind()) {
            case ACKNOWLEDGED -> "#2f6fde";
            case RESOLVED -> "#2e9e5b";
            case TEST -> "#8a8f98";
            case FIRING, ESCALATED, HEAL ->
                switch (message.facts().getOrDefault("severity", "")) {
                    case "critical" -> "#b3123f";
                    case "medium" -> "#e0a100";
                    case "low" -> "#6b7f99";
                    default -> "#e0562b";
                };
        };
    }

    private static String emoji(Message message) {
        return switch (message.kind()) {
            case FIRING -> "🔔";
            case ESCALATED -> "📣";
            case ACKNOWLEDGED -> "🙋";
            case RESOLVED -> "✅";
            case HEAL -> "🔧";
            case TEST -> "🧪";
        };
    }

    private static PlainTextObject plain(String text, int limit) {
        return PlainTextObject.builder()
                .text(Texts.cut(text, limit))
                .emoji(true)
                .build();
    }

    private static MarkdownTextObject markdown(String text, int limit) {
        // escaping makes text longer, five times at most, so it is cut again where that matters
        String escaped = escaped(Texts.cut(text, limit));
        return MarkdownTextObject.builder()
                .text(escaped.length() <= limit ? escaped : escaped(Texts.cut(text, limit / 5)))
                .build();
    }

    /** What a label holds must not become a link or call the whole channel. */
    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
