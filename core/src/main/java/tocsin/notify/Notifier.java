package tocsin.notify;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sends by one type of channel. Each call ends within the notifier's time-out and throws nothing: whatever goes wrong
 * is a {@link Delivery}. Causes never hold a secret. Safe for concurrent use.
 */
public interface Notifier {
    /** The word that channels name it by, such as {@code slack}. */
    String type();

    /** What a channel of this type can be set to, in the order of a form. */
    List<Setting> settings();

    /** What is wrong with these settings, all of it; empty when nothing is. */
    List<String> problems(Map<String, String> settings);

    /**
     * Send.
     *
     * @param earlier the provider's id of the first message about the same alert by the same channel, null when there
     *     is none; notifiers that can update or reply do so
     */
    Delivery send(Channel channel, Message message, @Nullable String earlier);

    /**
     * One setting of a channel.
     *
     * @param label what a person reads beside the field
     * @param help an example or a hint where to find the value
     * @param secret never shown again once saved
     */
    record Setting(String name, String label, String help, boolean required, boolean secret) {}
}
