package tocsin.engine.dispatch;

import java.time.Duration;

/**
 * How messages are sent.
 *
 * @param concurrent messages that are being sent at one time; 1 to 256
 * @param perChannel of these by one channel, so that a slow channel leaves room for others; at most {@code concurrent}
 * @param lease how long a taken message is hidden from other dispatchers; longer than an attempt can take
 * @param poll how often the outbox is asked for messages whose time has come, when nothing else wakes the dispatcher
 * @param attempts after which a message has failed
 * @param age after which a message has failed, however many attempts there were
 * @param closing how long {@link Dispatcher#close} waits for messages that are being sent
 */
public record DispatcherSettings(
        int concurrent, int perChannel, Duration lease, Duration poll, int attempts, Duration age, Duration closing) {
    public DispatcherSettings {
        if (concurrent < 1 || concurrent > 256) {
            throw new IllegalArgumentException("concurrent is between 1 and 256, not " + concurrent);
        }
        if (perChannel < 1 || perChannel > concurrent) {
            throw new IllegalArgumentException(
                    "perChannel is between 1 and concurrent (%d), not %d".formatted(concurrent, perChannel));
        }
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts is 1 or more, not " + attempts);
        }
        positive("lease", lease);
        positive("poll", poll);
        positive("age", age);
        positive("closing", closing);
    }

    /** 16 at a time, 4 by one channel; leased for a minute; 12 attempts within a day. */
    public static DispatcherSettings defaults() {
        return new DispatcherSettings(
                16, 4, Duration.ofMinutes(1), Duration.ofSeconds(1), 12, Duration.ofHours(24), Duration.ofSeconds(10));
    }

    private static void positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be longer than nothing, not " + value);
        }
    }
}
