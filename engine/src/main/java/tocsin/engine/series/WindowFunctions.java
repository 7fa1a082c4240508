package tocsin.engine.series;

import java.util.Arrays;
import tocsin.rule.Window;

/**
 * Computes windows, each time from its samples: a running sum would be faster and would drift, and two runs over the
 * same samples would no longer agree to the last bit.
 *
 * <p>The arithmetic is that of Prometheus 3 ({@code promql/functions.go} and {@code promql/quantile.go}): compensated
 * sums, minimum and maximum that pass over NaN when there is any number, quantiles that sort NaN first, and
 * {@code extrapolatedRate}. Windows are open at their start and closed at their end, as they are there since 3.0.
 *
 * <p>Not safe for concurrent use: it keeps a buffer for sorting.
 */
final class WindowFunctions {
    /** The NaN that says "there were not enough samples", where any other NaN was computed from samples. */
    private static final long NO_DATA_BITS = 0x7ff8_0000_0000_d07aL;

    static final double NO_DATA = Double.longBitsToDouble(NO_DATA_BITS);

    /** As Prometheus has it: a gap up to this many average distances counts as reaching the window's end. */
    private static final double EXTRAPOLATION_REACH = 1.1;

    private double[] sorted = new double[64];

    static boolean isNoData(double result) {
        return Double.doubleToRawLongBits(result) == NO_DATA_BITS;
    }

    /**
     * @param deafUntil until when nothing could come in because this process was down. That a sample is missing before
     *     this instant says nothing about its series.
     */
    double compute(Window window, SampleRing samples, long now, long deafUntil) {
        long start = now - window.length().toMillis();
        int from = samples.firstAfter(start);
        int to = samples.firstAfter(now);
        int count = to - from;
        boolean deaf = start < deafUntil;
        return switch (window.function()) {
            case COUNT -> deaf ? NO_DATA : count;
            case ABSENT -> count > 0 ? 0 : deaf ? NO_DATA : 1;
            case AVG -> count == 0 ? NO_DATA : average(samples, from, to);
            case SUM -> count == 0 ? NO_DATA : sum(samples, from, to);
            case MIN -> count == 0 ? NO_DATA : least(samples, from, to);
            case MAX -> count == 0 ? NO_DATA : greatest(samples, from, to);
            case QUANTILE -> count == 0 ? NO_DATA : quantile(window.argument(), samples, from, to);
            case INCREASE -> count < 2 ? NO_DATA : increase(samples, from, to, start, now);
            case RATE ->
                count < 2
                        ? NO_DATA
                        : increase(samples, from, to, start, now)
                                / (window.length().toMillis() / 1000.0);
        };
    }

    /** Neumaier's sum, so that many small values beside a great one are not lost. */
    private static double sum(SampleRing samples, int from, int to) {
        double sum = 0;
        double lost = 0;
        for (int i = from; i < to; i++) {
            double value = samples.value(i);
            double next = sum + value;
            if (Double.isInfinite(next)) {
                lost = 0;
            } else if (Math.abs(sum) >= Math.abs(value)) {
                lost += sum - next + value;
            } else {
                lost += value - next + sum;
            }
            sum = next;
        }
        return sum + lost;
    }

    private static double average(SampleRing samples, int from, int to) {
        double sum = sum(samples, from, to);
        return Double.isInfinite(sum) ? averageOfHuge(samples, from, to) : sum / (to - from);
    }

    /** The mean step by step, for values whose sum is beyond what a double can hold. */
    private static double averageOfHuge(SampleRing samples, int from, int to) {
        double mean = 0;
        for (int i = from; i < to; i++) {
            double value = samples.value(i);
            int count = i - from + 1;
            boolean stays = Double.isInfinite(mean) && (!Double.isNaN(value) && value != -mean);
            mean = stays ? mean : mean + (value / count - mean / count);
        }
        return mean;
    }

    private static double least(SampleRing samples, int from, int to) {
        double least = samples.value(from);
        for (int i = from + 1; i < to; i++) {
            double value = samples.value(i);
            if (value < least || Double.isNaN(least)) {
                least = value;
            }
        }
        return least;
    }

    private static double greatest(SampleRing samples, int from, int to) {
        double greatest = samples.value(from);
        for (int i = from + 1; i < to; i++) {
            double value = samples.value(i);
            if (value > greatest || Double.isNaN(greatest)) {
                greatest = value;
            }
        }
        return greatest;
    }

    private double quantile(double quantile, SampleRing samples, int from, int to) {
        int count = to - from;
        if (sorted.length < count) {
            sorted = new double[Integer.highestOneBit(count) * 2];
        }
        int numbers = 0;
        for (int i = from; i < to; i++) {
            double value = samples.value(i);
            if (!Double.isNaN(value)) {
                sorted[numbers++] = value;
            }
        }
        Arrays.sort(sorted, 0, numbers);
        double rank = quantile * (count - 1);
        int lower = (int) Math.floor(rank);
        double weight = rank - lower;
        int missing = count - numbers; // NaN comes first
        return ranked(lower, missing) * (1 - weight) + ranked(Math.min(count - 1, lower + 1), missing) * weight;
    }

    private double ranked(int rank, int missing) {
        return rank < missing ? Double.NaN : sorted[rank - missing];
    }

    /**
     * Prometheus' {@code extrapolatedRate} for counters: what was counted between the first and the last sample,
     * resets included, stretched to the window's ends. Where the first or last sample is far from an end, only by half
     * an average distance; never to before the counter would have been zero.
     */
    private static double increase(SampleRing samples, int from, int to, long start, long end) {
        double first = samples.value(from);
        double counted = counted(samples, from, to);
        double sampled = (samples.time(to - 1) - samples.time(from)) / 1000.0;
        double distance = sampled / (to - from - 1);
        double toStart = reach((samples.time(from) - start) / 1000.0, distance);
        double toEnd = reach((end - samples.time(to - 1)) / 1000.0, distance);
        if (counted > 0 && first >= 0) {
            toStart = Math.min(toStart, sampled * (first / counted));
        }
        return counted * ((sampled + toStart + toEnd) / sampled);
    }

    private static double counted(SampleRing samples, int from, int to) {
        double counted = samples.value(to - 1) - samples.value(from);
        double previous = samples.value(from);
        for (int i = from + 1; i < to; i++) {
            double value = samples.value(i);
            if (value < previous) {
                counted += previous;
            }
            previous = value;
        }
        return counted;
    }

    private static double reach(double gap, double distance) {
        return gap >= distance * EXTRAPOLATION_REACH ? distance / 2 : gap;
    }
}
