package tocsin.web.series;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import tocsin.label.Fingerprint;
import tocsin.label.Labels;
import tocsin.rule.Selector;
import tocsin.rule.SeriesCatalog;
import tocsin.rule.SeriesView;
import tocsin.web.page.PageController;
import tocsin.web.page.Problems;
import tocsin.web.page.Show;

/** What comes in: metrics, their series with the latest value, and a chart of one. */
@PageController
class MetricPages {
    private static final int MAX_METRICS = 300;
    private static final int MAX_SERIES = 200;
    private static final Map<String, Duration> RANGES = ranges();

    private final SeriesCatalog catalog;
    private final InstantSource clock;
    private final Show show;

    MetricPages(SeriesCatalog catalog, InstantSource clock, Show show) {
        this.catalog = catalog;
        this.clock = clock;
        this.show = show;
    }

    private static Map<String, Duration> ranges() {
        var ranges = new LinkedHashMap<String, Duration>();
        ranges.put("15m", Duration.ofMinutes(15));
        ranges.put("1h", Duration.ofHours(1));
        ranges.put("6h", Duration.ofHours(6));
        ranges.put("24h", Duration.ofDays(1));
        ranges.put("7d", Duration.ofDays(7));
        return ranges;
    }

    /**
     * One series of the metric that is shown.
     *
     * @param at event time of its latest sample
     */
    record Row(String fingerprint, Map<String, String> labels, double value, Instant at) {}

    @GetMapping("/metrics")
    String metrics(
            @RequestParam(defaultValue = "") String text,
            @RequestParam(defaultValue = "") String name,
            @RequestParam(defaultValue = "") String label,
            @RequestParam(defaultValue = "") String series,
            @RequestParam(defaultValue = "1h") String range,
            Model model) {
        var span = RANGES.get(range);
        if (span == null) {
            throw Problems.bad("The range is one of " + String.join(", ", RANGES.keySet()) + ".");
        }
        List<SeriesCatalog.Metric> metrics = catalog.metrics(text.strip(), MAX_METRICS + 1);
        model.addAttribute("metrics", metrics.subList(0, Math.min(MAX_METRICS, metrics.size())));
        model.addAttribute("more", metrics.size() > MAX_METRICS);
        model.addAttribute("text", text.strip());
        model.addAttribute("name", name);
        model.addAttribute("label", label.strip());
        model.addAttribute("range", range);
        model.addAttribute("ranges", RANGES.keySet());
        model.addAttribute("total", catalog.size());
        if (!name.isEmpty()) {
            addSeries(name, label.strip().toLowerCase(Locale.ROOT), series, span, model);
        }
        return "series/metrics";
    }

    private void addSeries(String name, String label, String chosen, Duration span, Model model) {
        var selector = new Selector(name, List.of());
        List<SeriesView> found = catalog.find(selector, SeriesPoints.MAX_POINTS);
        List<Row> rows = new ArrayList<>(found.stream()
                .filter(view ->
                        view.series().toString().toLowerCase(Locale.ROOT).contains(label))
                .limit(MAX_SERIES)
                .map(MetricPages::row)
                .toList());
        model.addAttribute("unit", show.unit(name));
        model.addAttribute("rows", rows);
        model.addAttribute("count", catalog.count(selector));
        model.addAttribute("drawn", drawn(rows, chosen));
        model.addAttribute("to", clock.millis());
        model.addAttribute("from", clock.millis() - span.toMillis());
    }

    /** The series to draw: the one that was chosen even when it is not live any more, else the first. */
    private static @Nullable Row drawn(List<Row> rows, String chosen) {
        if (chosen.isEmpty()) {
            return rows.isEmpty() ? null : rows.getFirst();
        }
        return rows.stream()
                .filter(row -> row.fingerprint().equals(chosen))
                .findFirst()
                .orElseGet(() -> gone(chosen));
    }

    private static Row gone(String fingerprint) {
        try {
            return new Row(Fingerprint.parse(fingerprint).hex(), Map.of(), Double.NaN, Instant.EPOCH);
        } catch (IllegalArgumentException wrong) {
            throw Problems.bad("\"" + fingerprint + "\" is not the fingerprint of a series.");
        }
    }

    private static Row row(SeriesView view) {
        Labels labels = view.series().labels();
        return new Row(
                labels.fingerprint().hex(),
                labels.withoutMetric().toMap(),
                view.value(),
                Instant.ofEpochMilli(view.timeMillis()));
    }
}
