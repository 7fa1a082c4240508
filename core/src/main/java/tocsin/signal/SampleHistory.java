package tocsin.signal;

import java.time.Duration;
import java.time.Instant;
import tocsin.label.Fingerprint;

/** What was: stored samples, those that are still on their way to the database included. Safe for concurrent use. */
public interface SampleHistory {
    /**
     * Every sample of a series in {@code [from, to)}. Where an instant was written more than once, the newest
     * write wins. Staleness markers are left out.
     */
    Points samples(Fingerprint series, Instant from, Instant to);

    /**
     * The average of each step in {@code [from, to)} that has samples, from the coarsest roll-up that serves
     * the step; each point's time is the start of its step, counted from 1970.
     */
    Points averages(Fingerprint series, Instant from, Instant to, Duration step);
}
