package tocsin.web.series;

import java.util.Arrays;
import tocsin.signal.Points;

/** Fewer points that look the same: of each stretch the least and the greatest stay, so that spikes stay visible. */
final class Downsampling {
    private Downsampling() {}

    /** At most {@code max} points, in the order of time. NaN is left out of a stretch that has values. */
    static Points atMost(int max, Points points) {
        int size = points.size();
        if (size <= max) {
            return points;
        }
        int buckets = Math.max(1, max / 2);
        var times = new long[buckets * 2];
        var values = new double[buckets * 2];
        int kept = 0;
        for (int bucket = 0; bucket < buckets; bucket++) {
            int from = (int) ((long) size * bucket / buckets);
            int to = (int) ((long) size * (bucket + 1) / buckets);
            int low = extreme(points, from, to, 1);
            int high = extreme(points, from, to, -1);
            kept = keep(points, Math.min(low, high), times, values, kept);
            if (low != high) {
                kept = keep(points, Math.max(low, high), times, values, kept);
            }
        }
        return new Points(Arrays.copyOf(times, kept), Arrays.copyOf(values, kept));
    }

    private static int extreme(Points points, int from, int to, int sign) {
        int found = from;
        for (int i = from + 1; i < to; i++) {
            double value = points.values()[i];
            double best = points.values()[found];
            if (Double.isNaN(best) ? !Double.isNaN(value) : sign * value < sign * best) {
                found = i;
            }
        }
        return found;
    }

    private static int keep(Points points, int index, long[] times, double[] values, int kept) {
        times[kept] = points.times()[index];
        values[kept] = points.values()[index];
        return kept + 1;
    }
}
