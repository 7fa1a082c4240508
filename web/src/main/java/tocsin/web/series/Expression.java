package tocsin.web.series;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tocsin.rule.Durations;
import tocsin.rule.Window;
import tocsin.signal.Points;

/**
 * What a chart draws of a series: its samples, or a window over them, named as in a rule. A chart is for the eye: rates
 * are not extrapolated to the window's ends as they are when a rule is judged.
 *
 * @param window null for the samples themselves
 */
record Expression(@Nullable Window window) {
    private static final Pattern FORM =
            Pattern.compile("([a-z]{1,16})\\(\"([0-9a-z]{1,32})\"(?:,\\s*([0-9.]{1,20}))?\\)");

    /** Reads {@code value}, {@code avg("5m")} or {@code quantile("10m", 0.99)}. */
    static Expression parse(String text) {
        if (text.isEmpty() || text.equals("value")) {
            return new Expression(null);
        }
        var match = FORM.matcher(text);
        if (!match.matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is neither value nor a window such as avg(\"5m\")");
        }
        double argument = match.group(3) == null ? 0 : Double.parseDouble(match.group(3));
        return new Expression(new Window(function(match.group(1)), Durations.parse(match.group(2)), argument));
    }

    private static Window.Function function(String label) {
        return Arrays.stream(Window.Function.values())
                .filter(function -> function.name().equals(label.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("\"" + label + "\" is no window function"));
    }

    /** How much before the first instant has to be known. */
    Duration reach() {
        return Optional.ofNullable(window).map(Window::length).orElse(Duration.ZERO);
    }

    /** The points to draw in {@code [from, to)}, given samples that begin {@link #reach} earlier. */
    Points apply(Points samples, long from, long to, int max) {
        if (window == null) {
            return samples;
        }
        long step = Math.max(1000, (to - from) / max);
        var times = new long[max + 1];
        var values = new double[max + 1];
        int size = 0;
        int first = 0;
        int end = 0;
        for (long at = from; at < to && size <= max; at += step) {
            while (end < samples.size() && samples.times()[end] <= at) {
                end++;
            }
            while (first < end && samples.times()[first] <= at - window.length().toMillis()) {
                first++;
            }
            times[size] = at;
            values[size++] = end == first ? empty(window) : value(window, samples, first, end);
        }
        return new Points(Arrays.copyOf(times, size), Arrays.copyOf(values, size));
    }

    private static double empty(Window window) {
        return switch (window.function()) {
            case COUNT -> 0;
            case ABSENT -> 1;
            case AVG, MIN, MAX, SUM, RATE, INCREASE, QUANTILE -> Double.NaN;
        };
    }

    private static double value(Window window, Points samples, int first, int end) {
        var part = Arrays.stream(samples.values(), first, end);
        return switch (window.function()) {
            case AVG -> part.average().orElse(Double.NaN);
            case MIN -> part.min().orElse(Double.NaN);
            case MAX -> part.max().orElse(Double.NaN);
            case SUM -> part.sum();
            case COUNT -> end - first;
            case ABSENT -> 0;
            case RATE -> perSecond(samples, first, end);
            case INCREASE -> perSecond(samples, first, end) * window.length().toMillis() / 1000;
            case QUANTILE -> quantile(part.sorted().toArray(), window.argument());
        };
    }

    /** Growth of a counter per second; a fall is a restart from 0. */
    private static double perSecond(Points samples, int first, int end) {
        double increase = 0;
        for (int i = first + 1; i < end; i++) {
            double before = samples.values()[i - 1];
            double now = samples.values()[i];
            increase += now >= before ? now - before : now;
        }
        long span = samples.times()[end - 1] - samples.times()[first];
        return span == 0 ? Double.NaN : increase * 1000 / span;
    }

    private static double quantile(double[] sorted, double share) {
        double rank = share * (sorted.length - 1);
        int below = (int) rank;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (sorted[above] - sorted[below]) * (rank - below);
    }
}
