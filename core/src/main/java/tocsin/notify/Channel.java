package tocsin.notify;

import java.util.Map;
import java.util.regex.Pattern;
import tocsin.rule.Severity;

/**
 * A way to reach people.
 *
 * @param type names the {@link Notifier}: slack, sms, voice, email, pagerduty, webhook or console
 * @param settings what the notifier needs, such as a URL; secrets among them, so never print them
 * @param level at which step of an escalation it is told, counted from 1; 0 is only used when named by a rule
 * @param atLeast told of this severity or worse only
 */
public record Channel(
        String name, String type, Map<String, String> settings, int level, Severity atLeast, boolean enabled) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /** The last step of an escalation. */
    public static final int MAX_LEVEL = 9;

    public Channel {
        settings = Map.copyOf(settings);
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "channel name \"%s\" is not allowed: use letters, digits, dots, underscores and hyphens, at most 64"
                            .formatted(name));
        }
        if (level < 0 || level > MAX_LEVEL) {
            throw new IllegalArgumentException("level is between 0 and 9, not " + level);
        }
    }

    @Override
    public String toString() {
        return "channel " + name + " (" + type + ")";
    }
}
