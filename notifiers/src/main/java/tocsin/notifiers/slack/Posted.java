package tocsin.notifiers.slack;

import org.jspecify.annotations.Nullable;

/**
 * A message in Slack.
 *
 * @param channel the channel's id
 * @param timestamp what Slack names messages by
 */
record Posted(String channel, String timestamp) {
    String id() {
        return channel + ":" + timestamp;
    }

    /** Reads what {@link #id} wrote; null when it is something else, such as the id of a webhook's message. */
    static @Nullable Posted parse(String id) {
        int colon = id.indexOf(':');
        return colon < 1 || colon == id.length() - 1
                ? null
                : new Posted(id.substring(0, colon), id.substring(colon + 1));
    }
}
