package tocsin.ingest.host;

import java.time.Duration;

/**
 * How the machine's own metrics are taken.
 *
 * @param interval between two readings
 * @param instance value of the label {@code instance}, usually the host's name
 */
public record HostSettings(Duration interval, String instance) {
    public HostSettings {
        if (interval.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("the interval of the host's metrics is at least 1 s, not " + interval);
        }
        if (instance.isBlank()) {
            throw new IllegalArgumentException("the instance of the host's metrics must not be empty");
        }
    }

    /** Every five seconds. */
    public static HostSettings of(String instance) {
        return new HostSettings(Duration.ofSeconds(5), instance);
    }
}
