package tocsin.drools;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tocsin.rule.SeriesView;
import tocsin.rule.Window;
import tocsin.signal.Series;

/** A series that keeps every sample and computes each window from the definition, without any thought of speed. */
final class ReferenceSeries implements SeriesView {
    private record Sample(Duration at, double value) {}

    private final Series series;
    private final List<Sample> samples = new ArrayList<>();
    private Duration now = Duration.ZERO;

    ReferenceSeries(Series series) {
        this.series = series;
    }

    /** Samples come in the order of their times, which count from the beginning of the test. */
    void add(Duration at, double value) {
        samples.add(new Sample(at, value));
    }

    void setNow(Duration now) {
        this.now = now;
    }

    boolean hasSamples() {
        return !samples.isEmpty();
    }

    @Override
    public Series series() {
        return series;
    }

    @Override
    public double value() {
        return samples.getLast().value();
    }

    @Override
    public long timeMillis() {
        return samples.getLast().at().toMillis();
    }

    /** Whether there are too few samples to say anything; how many there are, and that there are none, can be said. */
    boolean lacksData(Window window) {
        return switch (window.function()) {
            case COUNT, ABSENT -> false;
            case RATE, INCREASE -> inside(window).size() < 2;
            default -> inside(window).isEmpty();
        };
    }

    @Override
    public double window(Window window) {
        var inside = inside(window);
        if (lacksData(window)) {
            return Double.NaN;
        }
        var values = inside.stream().mapToDouble(Sample::value);
        return switch (window.function()) {
            case AVG -> values.average().orElseThrow();
            case MIN -> values.min().orElseThrow();
            case MAX -> values.max().orElseThrow();
            case SUM -> values.sum();
            case COUNT -> inside.size();
            case ABSENT -> inside.isEmpty() ? 1 : 0;
            case QUANTILE -> quantile(window.argument(), values.sorted().toArray());
            case INCREASE -> increase(inside, now.minus(window.length()));
            case RATE -> increase(inside, now.minus(window.length())) / seconds(window.length());
        };
    }

    private List<Sample> inside(Window window) {
        var start = now.minus(window.length());
        return samples.stream()
                .filter(sample ->
                        sample.at().compareTo(start) > 0 && sample.at().compareTo(now) <= 0)
                .toList();
    }

    private static double quantile(double quantile, double[] sorted) {
        double rank = quantile * (sorted.length - 1);
        double below = sorted[(int) Math.floor(rank)];
        double above = sorted[(int) Math.ceil(rank)];
        return below + (above - below) * (rank - Math.floor(rank));
    }

    /** As Prometheus: what was counted between first and last sample, stretched to the window's ends. */
    private double increase(List<Sample> inside, Duration start) {
        double counted = 0;
        for (int i = 1; i < inside.size(); i++) {
            double before = inside.get(i - 1).value();
            double after = inside.get(i).value();
            counted += after >= before ? after - before : after; // a counter that fell began again at zero
        }
        var first = inside.getFirst();
        double sampled = seconds(inside.getLast().at().minus(first.at()));
        double usualGap = sampled / (inside.size() - 1);
        double toStart = stretch(seconds(first.at().minus(start)), usualGap);
        double toEnd = stretch(seconds(now.minus(inside.getLast().at())), usualGap);
        if (counted > 0) {
            toStart = Math.min(toStart, sampled * first.value() / counted); // not to before the counter was zero
        }
        return counted * (sampled + toStart + toEnd) / sampled;
    }

    private static double stretch(double gap, double usualGap) {
        return gap < usualGap * 1.1 ? gap : usualGap / 2;
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
