package tocsin.engine.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tocsin.engine.log.AppendQueue.Append;
import tocsin.signal.LogFullException;
import tocsin.signal.LogPosition;

/**
 * The one thread that writes: takes batches from the queue, appends them to the newest segment and syncs them in
 * groups. Whatever goes wrong with a segment, it is never written again: what is not known to be durable is refused,
 * and the log goes on in a new file. (After a failed sync the system may have dropped the pages and report success the
 * next time.)
 */
final class SegmentWriter implements Runnable {
    private static final Logger logger = LoggerFactory.getLogger(SegmentWriter.class);

    /** Frames are collected up to this size before they are handed to the system. */
    private static final int WRITE_BYTES = 1 << 20;

    /** A segment that spans more than this part of the maximum age is closed, so that retention can remove it. */
    private static final int SEGMENTS_PER_AGE = 8;

    private final Path directory;
    private final long segmentBytes;
    private final long segmentMillis;
    private final long syncNanos;
    private final long maxBytes;
    private final Disk disk;
    private final AppendQueue queue;
    private final SegmentCatalog catalog;
    private final Retention retention;
    private final ConsumerPositions consumers;
    private final InstantSource clock;
    private final LogMeters meters;

    private final RecordFormat.Encoder encoder = new RecordFormat.Encoder();
    private final ByteSink frames = new ByteSink(); // encoded, and not yet written
    private final ArrayDeque<Append> taken = new ArrayDeque<>(); // from the queue, and not yet encoded
    private final ArrayDeque<Append> unsynced = new ArrayDeque<>(); // encoded or written, and not yet durable
    private @Nullable Active active;
    private long lastAppendedAtMillis;
    private long lastSync;
    private long refusedByDisk;
    private volatile boolean failing;

    SegmentWriter(
            SegmentFileLogSettings settings,
            Disk disk,
            AppendQueue queue,
            SegmentCatalog catalog,
            Retention retention,
            ConsumerPositions consumers,
            InstantSource clock,
            long lastAppendedAtMillis,
            LogMeters meters) {
        this.directory = settings.directory();
        this.segmentBytes = settings.segmentBytes();
        this.segmentMillis =
                Math.max(1, settings.maxAge().dividedBy(SEGMENTS_PER_AGE).toMillis());
        this.syncNanos = settings.syncInterval().toNanos();
        this.maxBytes = settings.maxBytes();
        this.disk = disk;
        this.queue = queue;
        this.catalog = catalog;
        this.retention = retention;
        this.consumers = consumers;
        this.clock = clock;
        this.lastAppendedAtMillis = lastAppendedAtMillis;
        this.lastSync = System.nanoTime() - syncNanos;
        this.meters = meters;
    }

    /** The segment that is being written. */
    private static final class Active {
        private final Segment segment;
        private final Disk.Output output;
        private final SeriesDictionary dictionary;
        private long position; // after the last record that was encoded
        private long bytes = SegmentHeader.BYTES; // handed to the system
        private long durableBytes = SegmentHeader.BYTES;

        private Active(Segment segment, Disk.Output output, SeriesDictionary dictionary) {
            this.segment = segment;
            this.output = output;
            this.dictionary = dictionary;
            this.position = segment.first();
        }

        private boolean isEmpty() {
            return position == segment.first();
        }
    }

    /** Whether the disk refused the latest write. */
    boolean failing() {
        return failing;
    }

    @Override
    public void run() {
        while (takeAndWrite()) {
            // until the queue is closed and empty
        }
        guarded(this::sync);
        seal();
    }

    private boolean takeAndWrite() {
        boolean open;
        try {
            open = queue.take(nanosUntilSync(), taken);
        } catch (InterruptedException e) {
            return true; // nobody has a reason to interrupt this thread: only close() ends it
        }
        guarded(this::writeTaken);
        return open;
    }

    private long nanosUntilSync() {
        return unsynced.isEmpty() ? Long.MAX_VALUE : syncNanos - (System.nanoTime() - lastSync);
    }

    private void writeTaken() throws IOException {
        while (!taken.isEmpty()) {
            encode(taken.element());
            taken.remove();
            if (frames.size() >= WRITE_BYTES) {
                write();
            }
        }
        write();
        if (!unsynced.isEmpty() && nanosUntilSync() <= 0) {
            sync();
        }
    }

    private void encode(Append append) throws IOException {
        long now = Math.max(lastAppendedAtMillis, clock.millis());
        var segment = segmentFor(now);
        var mark = segment.dictionary.mark();
        int before = frames.size();
        try {
            encoder.encode(append.batch(), now, segment.dictionary, frames);
        } catch (IllegalArgumentException e) {
            refuse(append, e);
            return;
        }
        if (!retention.makeRoom(segment.bytes - segment.durableBytes + frames.size())) {
            frames.truncate(before);
            segment.dictionary.rollBack(mark);
            meters.refusedBySize.increment();
            refuse(append, new LogFullException(fullMessage()));
            return;
        }
        segment.position++;
        lastAppendedAtMillis = now;
        unsynced.add(append);
    }

    private String fullMessage() {
        String behind = consumers.furthestBehind();
        return "the log is full: %d of %d bytes are used%s"
                .formatted(
                        catalog.totalBytes(),
                        maxBytes,
                        behind.isEmpty()
                                ? ""
                                : ", and consumer %s still needs everything from position %d on"
                                        .formatted(behind, consumers.earliest().orElse(0)));
    }

    private Active segmentFor(long now) throws IOException {
        if (active != null && isDone(active, now)) {
            write();
            sync();
            seal();
        }
        if (active == null) {
            active = begin(now);
        }
        return active;
    }

    private boolean isDone(Active segment, long now) {
        return !segment.isEmpty()
                && (segment.bytes + frames.size() >= segmentBytes
                        || now - segment.segment.notBeforeMillis() >= segmentMillis);
    }

    private Active begin(long now) throws IOException {
        lastAppendedAtMillis = now; // the header says so, whatever becomes of the record
        long first = catalog.end();
        Path file = directory.resolve(SegmentHeader.fileName(first));
        var output = disk.create(file, new SegmentHeader(first, now).encode());
        var dictionary = new SeriesDictionary();
        var segment = new Segment(file, first, now, first, SegmentHeader.BYTES, dictionary);
        catalog.add(segment);
        return new Active(segment, output, dictionary);
    }

    private void write() throws IOException {
        if (active != null && frames.size() > 0) {
            active.output.write(frames.array(), frames.size());
            active.bytes += frames.size();
            frames.clear();
        }
    }

    private void sync() throws IOException {
        if (active == null || unsynced.isEmpty()) {
            return;
        }
        lastSync = System.nanoTime();
        active.output.force();
        meters.sync.record(System.nanoTime() - lastSync, TimeUnit.NANOSECONDS);
        meters.bytes.increment((double) (active.bytes - active.durableBytes));
        active.durableBytes = active.bytes;
        long first = active.segment.end();
        catalog.advance(active.segment, active.position, active.bytes);
        recovered(active.segment);
        acknowledge(first);
    }

    private void acknowledge(long first) {
        long samples = 0;
        long position = first;
        meters.records.increment(unsynced.size());
        while (!unsynced.isEmpty()) {
            var append = unsynced.remove();
            samples += append.batch().size();
            queue.release(append);
            append.done().complete(new LogPosition(position++));
        }
        meters.samples.increment((double) samples);
    }

    private void refuse(Append append, RuntimeException reason) {
        queue.release(append);
        append.done().completeExceptionally(reason);
    }

    /** A step that can fail. */
    private interface Step {
        void run() throws IOException;
    }

    private void guarded(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            fail(e);
        } catch (RuntimeException | Error e) { // a bug or no memory: this thread must live on all the same
            fail(new IOException("unexpected: " + e, e));
        }
    }

    /** Nothing that is not durable may be acknowledged any more, and the file is not trusted any more. */
    private void fail(IOException cause) {
        meters.failures.increment();
        if (!failing) {
            failing = true;
            refusedByDisk = 0;
            logger.error("The log cannot write to {}. Appends are refused until it can", directory, cause);
        }
        frames.clear();
        refusedByDisk += unsynced.size() + taken.size();
        var failure = new UncheckedIOException("the log cannot write to " + directory, cause);
        while (!unsynced.isEmpty()) {
            refuse(unsynced.remove(), failure);
        }
        while (!taken.isEmpty()) {
            refuse(taken.remove(), failure);
        }
        cutAndSeal();
    }

    private void recovered(Segment segment) {
        if (failing) {
            failing = false;
            logger.info("The log writes again, in {}. {} batches were refused", segment.file(), refusedByDisk);
        }
    }

    /** Leave nothing behind that the next start could take for durable. When that fails too, the next file's name says where this one ends. */
    private void cutAndSeal() {
        if (active != null) {
            try {
                active.output.truncate(active.durableBytes);
            } catch (IOException e) {
                logger.debug("Cutting {} failed", active.segment.file(), e);
            }
        }
        seal();
    }

    private void seal() {
        if (active == null) {
            return;
        }
        active.segment.seal();
        try {
            active.output.close();
        } catch (IOException e) {
            logger.debug("Closing {} failed", active.segment.file(), e); // what matters was synced before
        }
        active = null;
    }
}
