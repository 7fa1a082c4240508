package tocsin.notifiers.webhook;

import java.util.LinkedHashMap;
import tocsin.notify.Message;
import tools.jackson.databind.json.JsonMapper;

/** A message as JSON for machines. Its form is a promise, see {@code docs/channels.md}: fields are added, never changed. */
final class Payload {
    private static final JsonMapper JSON = JsonMapper.shared();

    private Payload() {}

    static byte[] json(Message message) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("event", event(message.kind()));
        fields.put("key", message.key());
        if (message.alert() != null) {
            fields.put("alert", message.alert().value());
        }
        fields.put("status", status(message.kind()));
        fields.put("title", message.title());
        fields.put("body", message.body());
        fields.put("facts", message.facts());
        fields.put("link", message.link());
        fields.put("reason", message.reason());
        fields.put("createdAt", message.createdAt().toString());
        return JSON.writeValueAsBytes(fields);
    }

    private static String event(Message.Kind kind) {
        return switch (kind) {
            case FIRING -> "alert.firing";
            case ESCALATED -> "alert.escalated";
            case ACKNOWLEDGED -> "alert.acknowledged";
            case RESOLVED -> "alert.resolved";
            case HEAL -> "heal";
            case TEST -> "test";
        };
    }

    private static String status(Message.Kind kind) {
        return switch (kind) {
            case FIRING, ESCALATED, HEAL -> "firing";
            case ACKNOWLEDGED -> "acknowledged";
            case RESOLVED -> "resolved";
            case TEST -> "test";
        };
    }
}
