package tocsin.timescale;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tocsin.label.Fingerprint;
import tocsin.signal.Points;
import tocsin.signal.Series;

/**
 * What was read from the log and is not yet known to be in the database. Two generations: what a flush is writing or
 * may have written (sealed), and what came since (open). Filled by the writer's thread, read by everyone.
 */
final class SampleBuffer {
    /** What a block weighs beside its samples, counted in samples. */
    private static final int BLOCK_WEIGHT = 8;

    static final long HOUR_MILLIS = 3_600_000;

    private Map<Long, Held> open = new HashMap<>();
    private Map<Long, Held> sealed = Map.of();
    private long openWeight;
    private long sealedWeight;

    /** The blocks of one series by hour. */
    record Held(Series series, TreeMap<Long, OpenBlock> blocks) {}

    synchronized void add(Series series, long timeMillis, double value) {
        var held = open.computeIfAbsent(series.fingerprint().value(), id -> new Held(series, new TreeMap<>()));
        long hour = Math.floorDiv(timeMillis, HOUR_MILLIS) * HOUR_MILLIS;
        OpenBlock block = held.blocks.get(hour);
        if (block == null) {
            block = new OpenBlock(hour);
            held.blocks.put(hour, block);
            openWeight += BLOCK_WEIGHT;
        }
        block.add(timeMillis, value);
        openWeight++;
    }

    /** How much is held, in samples; each block counts as some samples more. */
    synchronized long weight() {
        return openWeight + sealedWeight;
    }

    /** Move everything to the sealed generation, behind what is there, and return it. It does not change until then. */
    synchronized Collection<Held> seal() {
        if (sealed.isEmpty()) {
            sealed = open;
        } else {
            open.forEach((id, later) -> sealed.merge(id, later, SampleBuffer::append));
        }
        sealedWeight += openWeight;
        open = new HashMap<>();
        openWeight = 0;
        return sealed.values();
    }

    /** The sealed generation is in the database. */
    synchronized void forgetSealed() {
        sealed = Map.of();
        sealedWeight = 0;
    }

    synchronized void clear() {
        forgetSealed();
        open = new HashMap<>();
        openWeight = 0;
    }

    /** What is held of a series, older writes first. */
    synchronized List<Points> of(Fingerprint series, long fromMillis, long toMillis) {
        var found = new ArrayList<Points>();
        collect(sealed.get(series.value()), fromMillis, toMillis, found);
        collect(open.get(series.value()), fromMillis, toMillis, found);
        return found;
    }

    private static void collect(@Nullable Held held, long fromMillis, long toMillis, List<Points> into) {
        if (held == null) {
            return;
        }
        long firstHour = Math.floorDiv(fromMillis, HOUR_MILLIS) * HOUR_MILLIS;
        for (OpenBlock block : held.blocks
                .subMap(firstHour, true, Math.max(firstHour, toMillis), true)
                .values()) {
            into.add(block.points());
        }
    }

    private static Held append(Held held, Held later) {
        later.blocks.forEach((hour, block) -> held.blocks.merge(hour, block, (earlier, added) -> {
            earlier.addAll(added);
            return earlier;
        }));
        return held;
    }
}
