package tocsin.ingest.self;

import java.time.Duration;

/**
 * How Tocsin's own metrics are taken.
 *
 * @param interval between two readings
 * @param instance value of the label {@code instance}
 * @param maxMeters meters that are read at most; the others are left out, with a warning
 */
public record SelfSettings(Duration interval, String instance, int maxMeters) {
    public SelfSettings {
        if (interval.compareTo(Duration.ofMillis(100)) < 0) {
            throw new IllegalArgumentException(
                    "the interval of Tocsin's own metrics is at least 100 ms, not " + interval);
        }
        if (instance.isBlank()) {
            throw new IllegalArgumentException("the instance of Tocsin's own metrics must not be empty");
        }
        if (maxMeters < 1) {
            throw new IllegalArgumentException("maxMeters must be at least 1, not " + maxMeters);
        }
    }

    /** Every five seconds. */
    public static SelfSettings of(String instance) {
        return new SelfSettings(Duration.ofSeconds(5), instance, 2000);
    }
}
