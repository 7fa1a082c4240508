package tocsin.notifiers.email;

import java.util.Map;
import tocsin.notifiers.common.Texts;
import tocsin.notify.Message;

/** A message as text and as HTML that mail programs of all ages can show. */
final class MailText {
    private static final int MAX_BODY = 10_000;
    private static final int MAX_FACT = 500;
    private static final int MAX_FACTS = 50;

    private static final Map<String, String> COLOURS =
            Map.of("critical", "#b3123f", "high", "#e0562b", "medium", "#c98f00", "low", "#6b7f99");

    private MailText() {}

    static String plain(Message message) {
        var text = new StringBuilder(Texts.line(message.title())).append("\n\n");
        if (!message.body().isBlank()) {
            text.append(body(message)).append("\n\n");
        }
        message.facts().entrySet().stream()
                .limit(MAX_FACTS)
                .forEach(fact -> text.append("%s: %s%n".formatted(fact(fact.getKey()), fact(fact.getValue()))));
        return text.append("\nOpen in Tocsin: ")
                .append(message.link())
                .append("\n\nWhy you get this: ")
                .append(Texts.line(message.reason()))
                .append('\n')
                .toString();
    }

    static String html(Message message) {
        var facts = new StringBuilder();
        message.facts().entrySet().stream()
                .limit(MAX_FACTS)
                .forEach(fact ->
                        facts.append("""
                <tr><td style="padding:2px 16px 2px 0;color:#667">%s</td><td style="padding:2px 0">%s</td></tr>
                """.formatted(escaped(fact(fact.getKey())), escaped(fact(fact.getValue())))));
        return """
                <!DOCTYPE html>
                <html lang="en"><body style="font-family:sans-serif;font-size:15px;color:#1c2430;max-width:640px">
                <div style="border-left:5px solid %s;padding:4px 16px">
                <h2 style="margin:4px 0;font-size:19px">%s</h2>
                <p style="white-space:pre-line">%s</p>
                <table style="border-collapse:collapse;font-size:14px">%s</table>
                <p><a href="%s" style="background:#22324a;color:#fff;padding:8px 16px;border-radius:6px;\
                text-decoration:none">Open in Tocsin</a></p>
                <p style="color:#667;font-size:13px">Why you get this: %s</p>
                </div></body></html>
                """.formatted(
                        colour(message),
                        escaped(Texts.line(message.title())),
                        escaped(body(message)),
                        facts,
                        escaped(message.link()),
                        escaped(Texts.line(message.reason())));
    }

    private static String colour(Message message) {
        return switch (message.kind()) {
            case ACKNOWLEDGED -> "#2f6fde";
            case RESOLVED -> "#2e9e5b";
            case TEST -> "#8a8f98";
            case FIRING, ESCALATED, HEAL ->
                COLOURS.getOrDefault(message.facts().getOrDefault("severity", "high"), "#e0562b");
        };
    }

    private static String body(Message message) {
        return Texts.cut(Texts.lines(message.body()), MAX_BODY);
    }

    private static String fact(String text) {
        return Texts.cut(Texts.line(text), MAX_FACT);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
