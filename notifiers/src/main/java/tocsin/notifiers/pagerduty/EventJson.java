package tocsin.notifiers.pagerduty;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tocsin.notifiers.common.Texts;
import tocsin.notify.Message;
import tools.jackson.databind.json.JsonMapper;

/** An event as PagerDuty's Events API v2 wants it. */
final class EventJson {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int MAX_SUMMARY = 1024;
    private static final int MAX_KEY = 255;
    private static final int MAX_DETAIL = 2000;

    private EventJson() {}

    static byte[] of(Message message, String routingKey) {
        var event = new LinkedHashMap<String, Object>();
        event.put("routing_key", routingKey);
        event.put("event_action", action(message.kind()));
        event.put("dedup_key", deduplicationKey(message));
        event.put("client", "Tocsin");
        event.put("client_url", message.link());
        event.put("links", List.of(Map.of("href", message.link(), "text", "Open in Tocsin")));
        event.put("payload", payload(message));
        return JSON.writeValueAsBytes(event);
    }

    /** One incident per alert; a test has one of its own. */
    static String deduplicationKey(Message message) {
        var alert = message.alert();
        return Texts.cut(alert == null ? message.key() : alert.value(), MAX_KEY);
    }

    private static Map<String, Object> payload(Message message) {
        var payload = new LinkedHashMap<String, Object>();
        payload.put("summary", Texts.cut(Texts.line(message.title()), MAX_SUMMARY));
        payload.put("source", message.facts().getOrDefault("instance", "tocsin"));
        payload.put("severity", severity(message));
        payload.put("timestamp", message.createdAt().toString());
        payload.put("custom_details", details(message));
        return payload;
    }

    private static Map<String, String> details(Message message) {
        var details = new LinkedHashMap<>(message.facts());
        details.put("message", Texts.cut(message.body(), MAX_DETAIL));
        details.put("why you", Texts.cut(message.reason(), MAX_DETAIL));
        return details;
    }

    private static String action(Message.Kind kind) {
        return switch (kind) {
            case FIRING, ESCALATED, HEAL, TEST -> "trigger";
            case ACKNOWLEDGED -> "acknowledge";
            case RESOLVED -> "resolve";
        };
    }

    private static String severity(Message message) {
        return switch (message.facts().getOrDefault("severity", "")) {
            case "critical" -> "critical";
            case "high" -> "error";
            case "medium" -> "warning";
            case "low" -> "info";
            default -> message.kind() == Message.Kind.TEST ? "info" : "error";
        };
    }
}
