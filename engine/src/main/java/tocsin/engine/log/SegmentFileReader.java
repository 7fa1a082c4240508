package tocsin.engine.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tocsin.signal.LogPosition;
import tocsin.signal.LogReader;
import tocsin.signal.LogRecord;

/** Reads across segments. Only {@link #close} may be called by another thread than the one that reads. */
final class SegmentFileReader implements LogReader {
    private static final Logger logger = LoggerFactory.getLogger(SegmentFileReader.class);

    private final SegmentCatalog catalog;
    private final LogMeters meters;
    private long position;
    private @Nullable OpenSegment open;
    private volatile boolean closed;

    SegmentFileReader(SegmentCatalog catalog, LogMeters meters, long position) {
        this.catalog = catalog;
        this.meters = meters;
        this.position = position;
    }

    @Override
    public @Nullable LogRecord poll(Duration wait) throws InterruptedException {
        long nanos = TimeUnit.NANOSECONDS.convert(wait);
        long start = System.nanoTime();
        while (true) {
            var view = catalog.await(position, nanos - (System.nanoTime() - start), () -> closed);
            if (view == null) {
                return null;
            }
            var record = read(view);
            if (record != null) {
                return record;
            }
        }
    }

    /** The record, or null when there was none: then the position has moved, or the segment is gone. */
    private @Nullable LogRecord read(SegmentCatalog.View view) throws InterruptedException {
        missed(view);
        try {
            return read(open(view), view);
        } catch (ClosedByInterruptException e) {
            drop(); // an interrupt closes the file under the reader; the next poll opens it again
            Thread.interrupted();
            throw (InterruptedException) new InterruptedException("interrupted while reading the log").initCause(e);
        } catch (CorruptRecordException e) {
            damaged(view, e.getMessage());
            return null;
        } catch (NoSuchFileException e) {
            if (catalog.contains(view.segment())) {
                damaged(view, "the file is missing");
            }
            return null; // else retention has just removed it
        } catch (IOException e) {
            drop();
            throw new UncheckedIOException(
                    "cannot read the log segment " + view.segment().file(), e);
        }
    }

    private void missed(SegmentCatalog.View view) {
        if (view.position() > position) {
            logger.warn(
                    "A reader of the log goes on at position {}, because the records from {} on are not there any more",
                    view.position(),
                    position);
            meters.missedRecords.increment((double) (view.position() - position));
            position = view.position();
        }
    }

    private @Nullable LogRecord read(OpenSegment segment, SegmentCatalog.View view) throws IOException {
        var record = segment.read(view);
        position = view.position() + 1;
        return record;
    }

    private OpenSegment open(SegmentCatalog.View view) throws IOException {
        if (open == null || !open.leadsTo(view)) {
            drop();
            open = OpenSegment.open(view);
        }
        return open;
    }

    /** Go on after the damage: in the next segment, or after what is durable of the segment that is being written. */
    private void damaged(SegmentCatalog.View view, @Nullable String reason) {
        long lost = view.end() - view.position();
        if (view.segment().reportDamage()) {
            logger.error(
                    "The log segment {} is damaged: {}. The {} records from position {} to {} are skipped",
                    view.segment().file(),
                    reason,
                    lost,
                    view.position(),
                    view.end() - 1);
            meters.damagedRecords.increment((double) lost);
        }
        position = view.end();
        if (open != null) {
            open.skipTo(view.end(), view.bytes());
        }
    }

    @Override
    public LogPosition position() {
        return new LogPosition(catalog.readable(position));
    }

    @Override
    public void close() {
        closed = true;
        catalog.wake();
        drop();
    }

    private void drop() {
        var dropped = open;
        open = null;
        if (dropped != null) {
            dropped.close();
        }
    }

    /** A segment that is being read, and what was learned from it so far. */
    private static final class OpenSegment {
        private final Segment segment;
        private final FrameCursor cursor;
        private final @Nullable SeriesDictionary shared; // of the segment that is being written
        private final SeriesTable learned = new SeriesTable(); // of an older one
        private long next;

        private OpenSegment(
                Segment segment, FrameCursor cursor, @Nullable SeriesDictionary shared, Segment.Place place) {
            this.segment = segment;
            this.cursor = cursor;
            this.shared = shared;
            this.next = place.position();
        }

        static OpenSegment open(SegmentCatalog.View view) throws IOException {
            var segment = view.segment();
            var shared = segment.dictionary();
            // without the writer's dictionary every definition must be read, from the first record on
            var place = shared == null ? new Segment.Place(segment.first(), SegmentHeader.BYTES) : view.place();
            return new OpenSegment(segment, FrameCursor.open(segment.file(), place.offset()), shared, place);
        }

        boolean leadsTo(SegmentCatalog.View view) {
            return segment == view.segment() && next <= view.position();
        }

        LogRecord read(SegmentCatalog.View view) throws IOException {
            while (next < view.position()) {
                find(view);
                if (shared == null) {
                    RecordFormat.learn(cursor.array(), cursor.payloadStart(), cursor.payloadEnd(), learned);
                }
                step();
            }
            find(view);
            var record = decode();
            step();
            return record;
        }

        private void find(SegmentCatalog.View view) throws IOException {
            if (cursor.find(view.bytes()) != FrameCursor.Found.FRAME) {
                throw new CorruptRecordException(
                        "there is no valid record %d at byte %d".formatted(next, cursor.offset()));
            }
        }

        private LogRecord decode() throws CorruptRecordException {
            byte[] bytes = cursor.array();
            int start = cursor.payloadStart();
            int end = cursor.payloadEnd();
            if (shared == null) {
                RecordFormat.learn(bytes, start, end, learned);
            }
            return new LogRecord(
                    new LogPosition(next),
                    Instant.ofEpochMilli(RecordFormat.appendedAtMillis(bytes, start)),
                    RecordFormat.decode(bytes, start, end, shared == null ? learned : shared));
        }

        private void step() {
            cursor.step();
            next++;
        }

        void skipTo(long position, long offset) {
            cursor.moveTo(offset);
            next = position;
        }

        void close() {
            try {
                cursor.close();
            } catch (IOException e) {
                logger.debug("Closing {} failed", segment.file(), e); // it was only read: nothing is lost
            }
        }
    }
}
