package tocsin.engine.log;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which segments there are and how far the log is durable; readers wait here. Safe for concurrent use. */
final class SegmentCatalog {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final TreeMap<Long, Segment> segments = new TreeMap<>();
    private long end;
    private long totalBytes;
    private boolean closed;

    /**
     * A segment, and what of it was durable at one moment.
     *
     * @param position the record to read next, which is in the segment
     * @param end position after the segment's last durable record
     * @param bytes where that record ends in the file
     * @param place where to begin walking to the position
     */
    record View(Segment segment, long position, long end, long bytes, Segment.Place place) {}

    /** Add a segment, in place of an empty one of the same first position. */
    void add(Segment segment) {
        lock.lock();
        try {
            var replaced = segments.put(segment.first(), segment);
            totalBytes += segment.bytes() - (replaced == null ? 0 : replaced.bytes());
            end = Math.max(end, segment.end());
        } finally {
            lock.unlock();
        }
    }

    /** Go on at this position, although no record lies before it. */
    void skipTo(long position) {
        lock.lock();
        try {
            end = Math.max(end, position);
        } finally {
            lock.unlock();
        }
    }

    /** More of the newest segment is durable: wake the readers. */
    void advance(Segment segment, long newEnd, long newBytes) {
        lock.lock();
        try {
            totalBytes += newBytes - segment.bytes();
            segment.advance(newEnd, newBytes);
            end = newEnd;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    long end() {
        lock.lock();
        try {
            return end;
        } finally {
            lock.unlock();
        }
    }

    long oldest() {
        return readable(0);
    }

    /** This position, or the first one after it that has a record or will get one. */
    long readable(long position) {
        lock.lock();
        try {
            var before = segments.floorEntry(position);
            if (before != null && position < before.getValue().end()) {
                return position;
            }
            for (var segment : segments.tailMap(position).values()) {
                if (segment.end() > segment.first()) {
                    return segment.first();
                }
            }
            return end;
        } finally {
            lock.unlock();
        }
    }

    /** Wait until there is a record to read at this position or after it; null when there is none in time. */
    @Nullable View await(long position, long nanos, BooleanSupplier readerClosed) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long remaining = nanos;
            while (true) {
                if (closed) {
                    throw new IllegalStateException("the log is closed");
                }
                if (readerClosed.getAsBoolean()) {
                    throw new IllegalStateException("the reader is closed");
                }
                long next = readable(position);
                if (next < end) {
                    return view(next);
                }
                if (remaining <= 0) {
                    return null;
                }
                remaining = changed.awaitNanos(remaining);
            }
        } finally {
            lock.unlock();
        }
    }

    private View view(long position) {
        var segment = segments.floorEntry(position).getValue();
        return new View(segment, position, segment.end(), segment.bytes(), segment.placeBefore(position));
    }

    /** The segments that may hold the first record appended at this time or later, the first of them; null for none. */
    @Nullable View lastBegunBefore(long appendedAtMillis) {
        lock.lock();
        try {
            for (var segment : segments.descendingMap().values()) {
                if (segment.notBeforeMillis() < appendedAtMillis) {
                    return new View(
                            segment,
                            segment.first(),
                            segment.end(),
                            segment.bytes(),
                            new Segment.Place(segment.first(), SegmentHeader.BYTES));
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    boolean contains(Segment segment) {
        lock.lock();
        try {
            return segments.get(segment.first()) == segment;
        } finally {
            lock.unlock();
        }
    }

    /** Durable bytes of all segments. */
    long totalBytes() {
        lock.lock();
        try {
            return totalBytes;
        } finally {
            lock.unlock();
        }
    }

    /** When the oldest record was appended, about; null when there is no record. */
    @Nullable Long oldestMillis() {
        lock.lock();
        try {
            return segments.values().stream()
                    .filter(segment -> segment.end() > segment.first())
                    .map(Segment::notBeforeMillis)
                    .findFirst()
                    .orElse(null);
        } finally {
            lock.unlock();
        }
    }

    /**
     * An old segment.
     *
     * @param endedBeforeMillis no record in it was appended after this time
     */
    record Oldest(Segment segment, long end, long endedBeforeMillis) {}

    /**
     * Take the oldest segment out when it meets the condition; null when nothing was taken out. The newest segment
     * always stays, because it says at which position the log goes on.
     */
    @Nullable Segment removeOldest(Predicate<Oldest> condition) {
        lock.lock();
        try {
            if (segments.size() < 2) {
                return null;
            }
            Map.Entry<Long, Segment> entry = segments.firstEntry();
            var segment = entry.getValue();
            var following = segments.higherEntry(entry.getKey()).getValue();
            if (!condition.test(new Oldest(segment, segment.end(), following.notBeforeMillis()))) {
                return null;
            }
            segments.remove(entry.getKey());
            totalBytes -= segment.bytes();
            return segment;
        } finally {
            lock.unlock();
        }
    }

    /** Wake all readers, so that they look whether they are closed. */
    void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
