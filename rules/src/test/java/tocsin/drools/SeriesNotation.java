package tocsin.drools;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import tocsin.signal.Staleness;

/**
 * Values of a series as tests of Prometheus rules write them, one per interval: {@code 1 2 3}, {@code 0.2x10} (a value
 * and ten more of it), {@code 0+5x10} and {@code 50-5x10} (a value and ten more, each that much higher or lower),
 * {@code _} and {@code _x3} (missing), {@code stale} (the series ends).
 */
final class SeriesNotation {
    private static final String NUMBER = "(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?";
    private static final Pattern VALUES =
            Pattern.compile("(?<first>[+-]?" + NUMBER + ")(?:(?<step>[+-]" + NUMBER + ")?x(?<times>\\d{1,6}))?");
    private static final Pattern MISSING = Pattern.compile("_(?:x(?<times>\\d{1,6}))?");

    private SeriesNotation() {}

    /**
     * A value that is there.
     *
     * @param index the number of intervals since the beginning
     */
    record Point(int index, double value) {}

    static List<Point> read(String text) {
        var points = new ArrayList<Point>();
        int index = 0;
        for (String word : text.strip().split("\\s+")) {
            var missing = MISSING.matcher(word);
            var values = VALUES.matcher(word);
            if (word.equals("stale")) {
                points.add(new Point(index++, Staleness.MARKER));
            } else if (missing.matches()) {
                index += missing.group("times") == null ? 1 : Integer.parseInt(missing.group("times"));
            } else if (values.matches()) {
                int more = values.group("times") == null ? 0 : Integer.parseInt(values.group("times"));
                double first = Double.parseDouble(values.group("first"));
                double step = values.group("step") == null ? 0 : Double.parseDouble(values.group("step"));
                for (int i = 0; i <= more; i++) {
                    points.add(new Point(index++, first + i * step));
                }
            } else {
                throw new IllegalArgumentException(
                        "\"%s\" is no value: write 1, 0.2x10, 0+5x10, 50-5x10, _, _x3 or stale".formatted(word));
            }
        }
        return points;
    }
}
