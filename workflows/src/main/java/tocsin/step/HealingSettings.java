package tocsin.step;

import java.time.Duration;

/**
 * Bounds of self-healing.
 *
 * @param perHour how many calls alerts of one rule may cause within an hour; more escalate at once
 * @param callTimeout how long a call may take until it counts as failed
 * @param verifyTimeout how long the alert may take to clear after the call has succeeded
 */
public record HealingSettings(int perHour, Duration callTimeout, Duration verifyTimeout) {
    public static final HealingSettings DEFAULT = new HealingSettings(3, Duration.ofMinutes(2), Duration.ofMinutes(2));

    static final Duration WINDOW = Duration.ofHours(1);

    public HealingSettings {
        if (perHour < 0 || perHour > 1000) {
            throw new IllegalArgumentException("repairs per hour are between 0 and 1000, not " + perHour);
        }
        requirePositive("the time-out of a repair's call", callTimeout);
        requirePositive("the time for an alert to clear after a repair", verifyTimeout);
    }

    private static void requirePositive(String what, Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException(what + " must be longer than nothing, not " + duration);
        }
    }
}
