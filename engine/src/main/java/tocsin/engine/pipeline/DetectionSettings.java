package tocsin.engine.pipeline;

import java.time.Duration;
import tocsin.engine.series.SeriesSettings;

/**
 * How detection runs.
 *
 * @param tick how often time alone is looked at: holds that are over, windows that run empty
 * @param tickGrace how long a tick waits for records that were appended before it and are not durable yet. Without it,
 *     a replay could see a record before a tick that detection saw after it.
 * @param deafAfter a pause in the log that is longer than this, across a restart, counts as "this process was down":
 *     nobody is paged for samples that nothing could receive
 * @param maxUnstored most steps of alerts that wait for the database; past this, detection pauses and the log holds the
 *     rest
 * @param storeBatch most steps that are stored in one transaction
 * @param storeEvery how often the position is stored when there are no steps
 * @param retryFirst pause before the first retry when the database is away; doubles each time
 * @param retryMost longest pause between two retries
 * @param closeWait how long a stop waits for the database to take what is decided
 * @param maxBackfill most series whose windows are filled from history when a rule is published; windows of further
 *     ones fill as samples come
 */
public record DetectionSettings(
        Duration tick,
        Duration tickGrace,
        Duration deafAfter,
        int maxUnstored,
        int storeBatch,
        Duration storeEvery,
        Duration retryFirst,
        Duration retryMost,
        Duration closeWait,
        int maxBackfill,
        SeriesSettings series) {
    public static final DetectionSettings DEFAULT = new DetectionSettings(
            Duration.ofSeconds(1),
            Duration.ofMillis(250),
            Duration.ofMinutes(1),
            100_000,
            500,
            Duration.ofSeconds(1),
            Duration.ofMillis(100),
            Duration.ofSeconds(2),
            Duration.ofSeconds(5),
            1000,
            SeriesSettings.DEFAULT);

    public DetectionSettings {
        requirePositive("tick", tick);
        requirePositive("deaf-after", deafAfter);
        requirePositive("store-every", storeEvery);
        requirePositive("retry-first", retryFirst);
        if (tickGrace.isNegative()) {
            throw new IllegalArgumentException("tick-grace is not negative, but " + tickGrace);
        }
        if (retryMost.compareTo(retryFirst) < 0) {
            throw new IllegalArgumentException(
                    "retry-most (%s) is shorter than retry-first (%s)".formatted(retryMost, retryFirst));
        }
        if (closeWait.isNegative()) {
            throw new IllegalArgumentException("close-wait is not negative, but " + closeWait);
        }
        if (storeBatch < 1) {
            throw new IllegalArgumentException("store-batch is at least 1, not " + storeBatch);
        }
        if (maxUnstored < storeBatch) {
            throw new IllegalArgumentException(
                    "max-unstored (%d) is smaller than store-batch (%d)".formatted(maxUnstored, storeBatch));
        }
        if (maxBackfill < 0) {
            throw new IllegalArgumentException("max-backfill is not negative, but " + maxBackfill);
        }
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " is longer than nothing, not " + value);
        }
    }
}
