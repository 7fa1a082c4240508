package tocsin.drools;

import java.util.HashMap;
import java.util.Map;
import tocsin.rule.SeriesView;
import tocsin.rule.Window;
import tocsin.signal.Series;

/** A series whose values a test sets by hand. */
final class FakeSeries implements SeriesView {
    private final Series series;
    private final Map<Window, Double> windows = new HashMap<>();
    private double value;
    private long timeMillis;

    FakeSeries(String metric, String... labels) {
        this.series = Series.of(metric, labels);
    }

    FakeSeries at(long millis, double newValue) {
        timeMillis = millis;
        value = newValue;
        return this;
    }

    FakeSeries window(Window window, double newValue) {
        windows.put(window, newValue);
        return this;
    }

    @Override
    public Series series() {
        return series;
    }

    @Override
    public double value() {
        return value;
    }

    @Override
    public long timeMillis() {
        return timeMillis;
    }

    @Override
    public double window(Window window) {
        return windows.getOrDefault(window, Double.NaN);
    }

    @Override
    public String toString() {
        return series + " " + value;
    }
}
