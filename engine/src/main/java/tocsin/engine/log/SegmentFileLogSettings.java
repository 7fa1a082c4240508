package tocsin.engine.log;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where and how the log is kept.
 *
 * @param directory where the segment files lie. One process uses it at a time.
 * @param segmentBytes size at which a segment file is closed and the next one is begun. Retention removes whole
 *     segments, so smaller ones free disk sooner and repeat the definitions of series more often.
 * @param syncInterval how long a write may wait to share a sync with others. A write that comes when the last sync is
 *     longer ago is synced at once; zero syncs every write.
 * @param maxAge how long records are kept. Older segments go when no consumer needs them any more.
 * @param maxBytes disk that all segments may use. At this limit segments that no consumer needs go early; when
 *     there are none, appends are refused rather than records lost.
 * @param queueBytes memory that batches may use while they wait for the disk. Past this, appends are refused.
 * @param queueBatches batches that may wait for the disk. Past this, appends are refused.
 */
public record SegmentFileLogSettings(
        Path directory,
        long segmentBytes,
        Duration syncInterval,
        Duration maxAge,
        long maxBytes,
        long queueBytes,
        int queueBatches) {
    public static final long DEFAULT_SEGMENT_BYTES = 64L << 20;
    public static final Duration DEFAULT_SYNC_INTERVAL = Duration.ofMillis(50);
    public static final Duration DEFAULT_MAX_AGE = Duration.ofHours(24);
    public static final long DEFAULT_MAX_BYTES = 4L << 30;
    public static final long DEFAULT_QUEUE_BYTES = 64L << 20;
    public static final int DEFAULT_QUEUE_BATCHES = 20_000;

    private static final Duration LONGEST_SYNC_INTERVAL = Duration.ofMinutes(1);

    public SegmentFileLogSettings {
        atLeast("segmentBytes", segmentBytes, 1024);
        if (syncInterval.isNegative() || syncInterval.compareTo(LONGEST_SYNC_INTERVAL) > 0) {
            throw new IllegalArgumentException(
                    "the log's syncInterval is %s, it must lie between zero and one minute".formatted(syncInterval));
        }
        if (maxAge.isNegative() || maxAge.isZero()) {
            throw new IllegalArgumentException("the log's maxAge is %s, it must be positive".formatted(maxAge));
        }
        if (maxBytes / 2 < segmentBytes) {
            throw new IllegalArgumentException(
                    "the log's maxBytes (%d) must hold at least two segments of segmentBytes (%d)"
                            .formatted(maxBytes, segmentBytes));
        }
        atLeast("queueBytes", queueBytes, 1);
        atLeast("queueBatches", queueBatches, 1);
    }

    /** Everything as it comes, in this directory. */
    public static SegmentFileLogSettings in(Path directory) {
        return new SegmentFileLogSettings(
                directory,
                DEFAULT_SEGMENT_BYTES,
                DEFAULT_SYNC_INTERVAL,
                DEFAULT_MAX_AGE,
                DEFAULT_MAX_BYTES,
                DEFAULT_QUEUE_BYTES,
                DEFAULT_QUEUE_BATCHES);
    }

    private static void atLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(
                    "the log's %s is %d, it must be at least %d".formatted(name, value, least));
        }
    }
}
