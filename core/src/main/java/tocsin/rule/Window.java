package tocsin.rule;

import java.time.Duration;
import java.util.Locale;

/**
 * A value that a live series computes from its latest samples, such as the average of five minutes.
 *
 * @param length how far back it looks, from now; the window is {@code (now - length, now]}
 * @param argument the quantile in {@code [0, 1]} for {@link Function#QUANTILE}, otherwise 0
 */
public record Window(Function function, Duration length, double argument) {

    /** What is computed. All are NaN when the window holds no sample, except as said. */
    public enum Function {
        /** Mean of the values. */
        AVG,
        MIN,
        MAX,
        SUM,
        /** Number of samples; 0 when there is none. */
        COUNT,
        /**
         * Increase of a counter in units per second, counter resets included, extrapolated to the window's ends as
         * Prometheus' {@code rate} does; NaN with fewer than two samples.
         */
        RATE,
        /** As {@link #RATE}, times the window's length. */
        INCREASE,
        /** Quantile with linear interpolation between the two nearest ranks, as {@code quantile_over_time}. */
        QUANTILE,
        /** 1 when no sample is in the window though the series is known, otherwise 0. */
        ABSENT;

        /** The word in a rule. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The longest window that a rule may ask for; live series hold this much in memory at most. */
    public static final Duration MAX_LENGTH = Duration.ofHours(24);

    public Window {
        if (length.isNegative() || length.isZero() || length.compareTo(MAX_LENGTH) > 0) {
            throw new IllegalArgumentException("a window is longer than nothing and at most 24 hours, not " + length);
        }
        if (function == Function.QUANTILE ? !(argument >= 0 && argument <= 1) : argument != 0) {
            throw new IllegalArgumentException("a quantile lies between 0 and 1, not at " + argument);
        }
    }

    /** As it stands in a rule, for example {@code quantile("10m", 0.99)}. */
    @Override
    public String toString() {
        String quantile = function == Function.QUANTILE ? ", " + argument : "";
        return function.label() + "(\"" + Durations.format(length) + '"' + quantile + ')';
    }
}
