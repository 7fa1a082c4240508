package tocsin.engine.series;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What one rule has been looking at. Written by the evaluating thread, read by any. */
public final class RuleTally {
    private final AtomicInteger matched = new AtomicInteger();
    private final AtomicLong evaluations = new AtomicLong();
    private final AtomicLong lastMillis = new AtomicLong(Long.MIN_VALUE);

    RuleTally() {}

    void matched(int change) {
        matched.addAndGet(change);
    }

    void evaluated(long now) {
        evaluations.setOpaque(evaluations.getPlain() + 1); // one writer, so no need for an atomic step
        lastMillis.setOpaque(now);
    }

    /** How many live series concern the rule. */
    public int matchedSeries() {
        return matched.get();
    }

    /** How often the rule was asked about a series. */
    public long evaluations() {
        return evaluations.get();
    }

    /** When it was asked last, null when never. */
    public @Nullable Instant lastEvaluatedAt() {
        long millis = lastMillis.get();
        return millis == Long.MIN_VALUE ? null : Instant.ofEpochMilli(millis);
    }
}
