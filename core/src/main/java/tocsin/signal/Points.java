package tocsin.signal;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Times and values of one series, in the order of time, one value per instant.
 *
 * @param times milliseconds since 1970, strictly ascending
 * @param values as many as there are times
 */
@SuppressWarnings("ArrayRecordComponent") // primitive arrays: a chart has tens of thousands; equality is by content
public record Points(long[] times, double[] values) {
    public static final Points NONE = new Points(new long[0], new double[0]);

    public Points {
        if (times.length != values.length) {
            throw new IllegalArgumentException(times.length + " times but " + values.length + " values");
        }
    }

    public int size() {
        return times.length;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Points that && Arrays.equals(times, that.times) && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(times) * 31 + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return size() + " points";
    }
}
