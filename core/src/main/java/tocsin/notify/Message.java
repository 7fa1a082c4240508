package tocsin.notify;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tocsin.alert.AlertId;

/**
 * Something to tell by one channel.
 *
 * @param key what makes it unique: enqueuing the same key again changes nothing, and receivers get it as idempotency key
 * @param channel the channel's name
 * @param alert what it is about, null for a test
 * @param title one line
 * @param body further lines, plain text, may be empty
 * @param facts names and values worth seeing or reading by machine, such as severity, rule and labels
 * @param link where to look, an absolute URL
 * @param reason why this channel was told, in words: the process and its step
 */
public record Message(
        String key,
        String channel,
        @Nullable AlertId alert,
        Kind kind,
        String title,
        String body,
        Map<String, String> facts,
        String link,
        String reason,
        Instant createdAt) {
    public Message {
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    }

    /** Why people are told. */
    public enum Kind {
        /** It fires, and you are the first to be told. */
        FIRING,
        /** It still fires, and those before you did not answer. */
        ESCALATED,
        ACKNOWLEDGED,
        RESOLVED,
        /** A call that shall repair, not a message to people. */
        HEAL,
        /** Sent from the channel's test button. */
        TEST
    }
}
