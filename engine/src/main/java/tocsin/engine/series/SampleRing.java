package tocsin.engine.series;

import java.util.Arrays;
import tocsin.signal.Points;

/**
 * The latest samples of one series in the order of their times, one value per instant. A ring of primitives: adding a
 * sample allocates nothing once the ring has grown to what the longest window needs.
 */
final class SampleRing {
    private static final int FIRST_CAPACITY = 16;

    private long[] times = new long[FIRST_CAPACITY];
    private double[] values = new double[FIRST_CAPACITY];
    private int head; // index of the oldest sample
    private int size;

    int size() {
        return size;
    }

    long time(int index) {
        return times[slot(index)];
    }

    double value(int index) {
        return values[slot(index)];
    }

    private int slot(int index) {
        return (head + index) & (times.length - 1); // the capacity is a power of two
    }

    /**
     * Add a sample at its place in time; the newest write of an instant wins. Returns whether an old sample had to go
     * because the ring is at its limit.
     */
    boolean add(long time, double value, int limit) {
        if (size == 0 || time > time(size - 1)) {
            boolean dropped = makeRoom(limit);
            append(time, value);
            return dropped;
        }
        int at = firstAfter(time);
        if (at > 0 && time(at - 1) == time) {
            values[slot(at - 1)] = value;
            return false;
        }
        if (at == 0 && size >= limit) {
            return true;
        }
        boolean dropped = makeRoom(limit);
        insert(dropped ? at - 1 : at, time, value);
        return dropped;
    }

    private boolean makeRoom(int limit) {
        if (size >= limit) {
            removeOldest(1);
            return true;
        }
        if (size == times.length) {
            grow();
        }
        return false;
    }

    private void append(long time, double value) {
        int slot = slot(size);
        times[slot] = time;
        values[slot] = value;
        size++;
    }

    private void insert(int index, long time, double value) {
        size++;
        for (int i = size - 1; i > index; i--) {
            times[slot(i)] = times[slot(i - 1)];
            values[slot(i)] = values[slot(i - 1)];
        }
        times[slot(index)] = time;
        values[slot(index)] = value;
    }

    private void grow() {
        var grownTimes = new long[times.length * 2];
        var grownValues = new double[times.length * 2];
        for (int i = 0; i < size; i++) {
            grownTimes[i] = time(i);
            grownValues[i] = value(i);
        }
        times = grownTimes;
        values = grownValues;
        head = 0;
    }

    /** Forget what lies at this instant or before it. */
    void removeUntil(long time) {
        if (size > 0 && time(0) <= time) {
            removeOldest(firstAfter(time));
        }
    }

    private void removeOldest(int count) {
        head = slot(count);
        size -= count;
    }

    /** The index of the first sample that is later than this, {@link #size} when there is none. */
    int firstAfter(long time) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (time(middle) > time) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    Points copy() {
        var copiedTimes = new long[size];
        var copiedValues = new double[size];
        Arrays.setAll(copiedTimes, this::time);
        Arrays.setAll(copiedValues, this::value);
        return new Points(copiedTimes, copiedValues);
    }
}
