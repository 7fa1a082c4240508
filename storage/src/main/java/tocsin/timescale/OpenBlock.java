package tocsin.timescale;

import java.util.Arrays;
import java.util.stream.IntStream;
import tocsin.signal.Points;
import tocsin.signal.Staleness;

/** Samples of one series within one hour of the clock, in the order in which they came. Not safe for concurrent use. */
final class OpenBlock {
    private final long hourMillis;
    private int[] offsets = new int[4];
    private double[] values = new double[4];
    private int size;
    private boolean ascending = true;

    OpenBlock(long hourMillis) {
        this.hourMillis = hourMillis;
    }

    int size() {
        return size;
    }

    void add(long timeMillis, double value) {
        if (size == offsets.length) {
            int grown = size + (size >> 1) + 1;
            offsets = Arrays.copyOf(offsets, grown);
            values = Arrays.copyOf(values, grown);
        }
        int offset = (int) (timeMillis - hourMillis);
        ascending &= size == 0 || offsets[size - 1] < offset;
        offsets[size] = offset;
        values[size] = value;
        size++;
    }

    void addAll(OpenBlock later) {
        for (int i = 0; i < later.size; i++) {
            add(later.hourMillis + later.offsets[i], later.values[i]);
        }
    }

    /** Ascending, the newest write of an instant only, staleness markers included. */
    Points points() {
        return ascending ? inOrder(IntStream.range(0, size).toArray()) : inOrder(newestInOrder());
    }

    private int[] newestInOrder() {
        // a stable sort keeps writes of one instant in the order in which they came
        int[] sorted = IntStream.range(0, size)
                .boxed()
                .sorted((one, other) -> Integer.compare(offsets[one], offsets[other]))
                .mapToInt(Integer::intValue)
                .toArray();
        int kept = 0;
        for (int i = 0; i < sorted.length; i++) {
            if (kept > 0 && offsets[sorted[kept - 1]] == offsets[sorted[i]]) {
                kept--;
            }
            sorted[kept++] = sorted[i];
        }
        return Arrays.copyOf(sorted, kept);
    }

    private Points inOrder(int[] order) {
        var times = new long[order.length];
        var ordered = new double[order.length];
        for (int i = 0; i < order.length; i++) {
            times[i] = hourMillis + offsets[order[i]];
            ordered[i] = values[order[i]];
        }
        return new Points(times, ordered);
    }

    /**
     * What a block knows of its values without looking into the arrays, over those that are numbers.
     *
     * @param last the latest value
     */
    record Aggregate(int count, double min, double max, double sum, double last) {
        static Aggregate of(double[] values) {
            int count = 0;
            double min = Double.POSITIVE_INFINITY;
            double max = Double.NEGATIVE_INFINITY;
            double sum = 0;
            double last = Double.NaN;
            for (double value : values) {
                if (!Double.isNaN(value)) { // a staleness marker is a NaN, too
                    count++;
                    min = Math.min(min, value);
                    max = Math.max(max, value);
                    sum += value;
                    last = value;
                }
            }
            return new Aggregate(count, min, max, sum, last);
        }
    }

    /** Points without the markers, which readers do not want. */
    static Points withoutMarkers(Points points) {
        int[] kept = IntStream.range(0, points.size())
                .filter(i -> !Staleness.isMarker(points.values()[i]))
                .toArray();
        if (kept.length == points.size()) {
            return points;
        }
        return new Points(
                Arrays.stream(kept).mapToLong(i -> points.times()[i]).toArray(),
                Arrays.stream(kept).mapToDouble(i -> points.values()[i]).toArray());
    }
}
