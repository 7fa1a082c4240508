package tocsin.engine.log;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One segment file, as the {@link SegmentCatalog} knows it. What changes is guarded by the catalog's lock, but for the
 * dictionary.
 */
final class Segment {
    /** How far apart places are remembered, so that a reader that joins need not walk the whole file. */
    private static final long PLACE_EVERY_BYTES = 1 << 20;

    private final Path file;
    private final long first;
    private final long notBeforeMillis;
    private final AtomicBoolean damageReported = new AtomicBoolean();
    private volatile @Nullable SeriesDictionary dictionary;

    private long end;
    private long bytes;
    private final List<Place> places = new ArrayList<>();

    /**
     * @param first position of its first record
     * @param notBeforeMillis no record in it was appended before, and none in earlier segments after this time
     * @param end position after its last durable record
     * @param bytes size of the file up to and with its last durable record
     * @param dictionary the series of the segment while it is being written, else null
     */
    Segment(Path file, long first, long notBeforeMillis, long end, long bytes, @Nullable SeriesDictionary dictionary) {
        this.file = file;
        this.first = first;
        this.notBeforeMillis = notBeforeMillis;
        this.end = end;
        this.bytes = bytes;
        this.dictionary = dictionary;
    }

    Path file() {
        return file;
    }

    long first() {
        return first;
    }

    long notBeforeMillis() {
        return notBeforeMillis;
    }

    @Nullable SeriesDictionary dictionary() {
        return dictionary;
    }

    /** Nothing is written any more. Readers that hold the dictionary keep it, new ones learn from the file. */
    void seal() {
        dictionary = null;
    }

    /** Whether this is the first report of damage in this segment. */
    boolean reportDamage() {
        return damageReported.compareAndSet(false, true);
    }

    long end() {
        return end;
    }

    long bytes() {
        return bytes;
    }

    void advance(long newEnd, long newBytes) {
        long lastPlace =
                places.isEmpty() ? SegmentHeader.BYTES : places.getLast().offset();
        if (newBytes - lastPlace >= PLACE_EVERY_BYTES) {
            places.add(new Place(newEnd, newBytes));
        }
        end = newEnd;
        bytes = newBytes;
    }

    /** A remembered place at or before this position, the closest one. */
    Place placeBefore(long position) {
        for (var place : places.reversed()) {
            if (place.position() <= position) {
                return place;
            }
        }
        return new Place(first, SegmentHeader.BYTES);
    }

    /** Where a record's frame begins. */
    record Place(long position, long offset) {}
}
