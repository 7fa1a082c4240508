package tocsin.engine.series;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tocsin.label.Fingerprint;
import tocsin.rule.Selector;
import tocsin.rule.SeriesCatalog;
import tocsin.rule.SeriesView;
import tocsin.rule.Window;
import tocsin.signal.Series;

/** Shows live series to other threads, as copies: a page may take its time. */
record LiveCatalog(Map<Fingerprint, LiveSeries> byFingerprint, Map<String, Map<Fingerprint, LiveSeries>> byMetric)
        implements SeriesCatalog {

    /** What a series was at one moment. */
    private record Glimpse(Series series, double value, long timeMillis, Map<Window, Double> windows)
            implements SeriesView {
        static SeriesView of(LiveSeries live) {
            var plan = live.plan();
            var windows = new HashMap<Window, Double>();
            for (int i = 0; i < plan.size(); i++) {
                windows.put(plan.window(i), live.window(plan.window(i)));
            }
            return new Glimpse(live.series(), live.value(), live.timeMillis(), windows);
        }

        @Override
        public double window(Window window) {
            return windows.getOrDefault(window, Double.NaN);
        }
    }

    @Override
    public int size() {
        return byFingerprint.size();
    }

    @Override
    public Optional<SeriesView> find(Fingerprint fingerprint) {
        return Optional.ofNullable(byFingerprint.get(fingerprint)).map(Glimpse::of);
    }

    @Override
    public List<SeriesView> find(Selector selector, int limit) {
        return matching(selector)
                .sorted(Comparator.comparing(live -> live.series().toString()))
                .limit(limit)
                .map(Glimpse::of)
                .toList();
    }

    @Override
    public int count(Selector selector) {
        return (int) matching(selector).count();
    }

    private Stream<LiveSeries> matching(Selector selector) {
        return byMetric.getOrDefault(selector.metric(), Map.of()).values().stream()
                .filter(live -> selector.matches(live.series().labels()));
    }

    @Override
    public List<Metric> metrics(String containing, int limit) {
        String wanted = containing.toLowerCase(Locale.ROOT);
        return byMetric.entrySet().stream()
                .filter(entry -> entry.getKey().toLowerCase(Locale.ROOT).contains(wanted))
                .limit(limit)
                .map(entry -> new Metric(entry.getKey(), entry.getValue().size()))
                .toList();
    }
}
