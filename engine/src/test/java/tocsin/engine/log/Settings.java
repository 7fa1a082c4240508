package tocsin.engine.log;

import java.nio.file.Path;
import java.time.Duration;

/** Settings for tests: the defaults, and what a test wants to be otherwise. */
final class Settings {
    private final Path directory;
    private long segmentBytes = SegmentFileLogSettings.DEFAULT_SEGMENT_BYTES;
    private Duration syncInterval = SegmentFileLogSettings.DEFAULT_SYNC_INTERVAL;
    private Duration maxAge = SegmentFileLogSettings.DEFAULT_MAX_AGE;
    private long maxBytes = SegmentFileLogSettings.DEFAULT_MAX_BYTES;
    private long queueBytes = SegmentFileLogSettings.DEFAULT_QUEUE_BYTES;
    private int queueBatches = SegmentFileLogSettings.DEFAULT_QUEUE_BATCHES;

    private Settings(Path directory) {
        this.directory = directory;
    }

    static Settings in(Path directory) {
        return new Settings(directory);
    }

    Settings segmentBytes(long bytes) {
        segmentBytes = bytes;
        return this;
    }

    Settings syncInterval(Duration interval) {
        syncInterval = interval;
        return this;
    }

    Settings maxAge(Duration age) {
        maxAge = age;
        return this;
    }

    Settings maxBytes(long bytes) {
        maxBytes = bytes;
        return this;
    }

    Settings queueBytes(long bytes) {
        queueBytes = bytes;
        return this;
    }

    Settings queueBatches(int batches) {
        queueBatches = batches;
        return this;
    }

    SegmentFileLogSettings build() {
        return new SegmentFileLogSettings(
                directory, segmentBytes, syncInterval, maxAge, maxBytes, queueBytes, queueBatches);
    }
}
