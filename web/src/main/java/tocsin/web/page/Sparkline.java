package tocsin.web.page;

import java.util.Locale;
import tocsin.signal.Points;

/**
 * A small line without axes, as the path of an SVG of {@value #WIDTH} by {@value #HEIGHT}.
 *
 * @param line the path of the line
 * @param endX where the line ends
 * @param endY where the line ends
 */
public record Sparkline(String line, double endX, double endY) {
    public static final int WIDTH = 120;
    public static final int HEIGHT = 28;
    private static final double MARGIN = 3;

    /** Nothing to draw. */
    public static final Sparkline NONE = new Sparkline("", 0, 0);

    /** Draw points over a span of time; gaps that are longer than {@code gapMillis} stay open. */
    public static Sparkline of(Points points, long fromMillis, long toMillis, long gapMillis) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (double value : points.values()) {
            if (Double.isFinite(value)) {
                low = Math.min(low, value);
                high = Math.max(high, value);
            }
        }
        if (low > high || toMillis <= fromMillis) {
            return NONE;
        }
        return draw(points, new Scale(fromMillis, toMillis, low, high), gapMillis);
    }

    private static Sparkline draw(Points points, Scale scale, long gapMillis) {
        var path = new StringBuilder();
        double x = 0;
        double y = 0;
        long before = Long.MIN_VALUE / 2;
        for (int i = 0; i < points.size(); i++) {
            if (!Double.isFinite(points.values()[i])) {
                continue;
            }
            x = scale.x(points.times()[i]);
            y = scale.y(points.values()[i]);
            char verb = points.times()[i] - before > gapMillis ? 'M' : 'L';
            path.append(String.format(Locale.ROOT, "%c%.1f %.1f", verb, x, y));
            before = points.times()[i];
        }
        return new Sparkline(path.toString(), x, y);
    }

    private record Scale(long from, long to, double low, double high) {
        double x(long time) {
            return MARGIN + (WIDTH - 2 * MARGIN) * (time - from) / (to - from);
        }

        /** A flat line lies in the middle. */
        double y(double value) {
            double share = high == low ? 0.5 : (value - low) / (high - low);
            return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * share;
        }
    }
}
