package tocsin.flowable;

import java.net.URI;
import java.time.Duration;
import tocsin.step.HealingSettings;

/**
 * How processes are run.
 *
 * @param baseUrl where people reach Tocsin, such as {@code https://tocsin.example.com}; links in messages begin with it
 * @param node this server's name: different from that of every other server on the same database, and the same after
 *     a restart, so that a server that crashed finds and frees its own locks at once
 * @param healing bounds of self-healing
 * @param timerWait pause between two looks for timers that are due; half of it is how late they are on average
 * @param threads how many timers are worked on at the same time, 1 to 8; each holds a database connection
 * @param overdueAfter how late a timer may be until the watchdog says so and does its work
 * @param keepHistory how long ended runs can be looked at
 */
public record WorkflowSettings(
        String baseUrl,
        String node,
        HealingSettings healing,
        Duration timerWait,
        int threads,
        Duration overdueAfter,
        Duration keepHistory) {

    /** The longest that a timer may be left alone; timers are to be sub-second. */
    private static final Duration MAX_TIMER_WAIT = Duration.ofSeconds(1);

    public WorkflowSettings {
        baseUrl = absolute(baseUrl);
        if (node.isBlank() || node.length() > 255) {
            throw new IllegalArgumentException("the node's name has 1 to 255 characters, not \"" + node + "\"");
        }
        if (timerWait.toMillis() < 10 || timerWait.compareTo(MAX_TIMER_WAIT) > 0) {
            throw new IllegalArgumentException("the timer wait is between 10 ms and 1 s, not " + timerWait);
        }
        if (threads < 1 || threads > 8) {
            throw new IllegalArgumentException("threads are between 1 and 8, not " + threads);
        }
        if (overdueAfter.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("a timer is overdue after 1 s at the soonest, not " + overdueAfter);
        }
        if (keepHistory.compareTo(Duration.ofHours(1)) < 0) {
            throw new IllegalArgumentException("history is kept for 1 h at least, not " + keepHistory);
        }
    }

    /** What fits one server. */
    public static WorkflowSettings defaults(String baseUrl) {
        return new WorkflowSettings(
                baseUrl,
                "tocsin",
                HealingSettings.DEFAULT,
                Duration.ofMillis(200),
                4,
                Duration.ofSeconds(60),
                Duration.ofDays(90));
    }

    private static String absolute(String url) {
        String trimmed = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        if (!URI.create(trimmed).isAbsolute()) {
            throw new IllegalArgumentException("the base URL \"" + url + "\" does not begin with http:// or https://");
        }
        return trimmed;
    }
}
