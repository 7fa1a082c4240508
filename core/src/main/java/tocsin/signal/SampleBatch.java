package tocsin.signal;

import java.util.Arrays;

/**
 * Samples that came in together, in the order in which they came. Held as three parallel arrays, so that a million
 * samples are not a million objects. Immutable once built.
 */
public final class SampleBatch {
    private final Series[] series;
    private final long[] times;
    private final double[] values;
    private final int size;

    private SampleBatch(Series[] series, long[] times, double[] values, int size) {
        this.series = series;
        this.times = times;
        this.values = values;
        this.size = size;
    }

    public static Builder builder(int expectedSize) {
        return new Builder(Math.max(1, expectedSize));
    }

    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    public Series series(int index) {
        return series[index];
    }

    /** Event time in milliseconds since 1970. */
    public long timeMillis(int index) {
        return times[index];
    }

    /** The value; {@link Staleness#isMarker} tells whether it says that the series has ended. */
    public double value(int index) {
        return values[index];
    }

    /** Collects a batch. Not safe for concurrent use. */
    public static final class Builder {
        private Series[] series;
        private long[] times;
        private double[] values;
        private int size;

        private Builder(int capacity) {
            series = new Series[capacity];
            times = new long[capacity];
            values = new double[capacity];
        }

        public Builder add(Series of, long timeMillis, double value) {
            if (size == series.length) {
                int grown = size + (size >> 1) + 1;
                series = Arrays.copyOf(series, grown);
                times = Arrays.copyOf(times, grown);
                values = Arrays.copyOf(values, grown);
            }
            series[size] = of;
            times[size] = timeMillis;
            values[size] = value;
            size++;
            return this;
        }

        public int size() {
            return size;
        }

        /** The batch. The builder must not be used afterwards. */
        public SampleBatch build() {
            return new SampleBatch(series, times, values, size);
        }
    }
}
