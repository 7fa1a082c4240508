package tocsin.web.demo;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongToDoubleFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import tocsin.label.Fingerprint;
import tocsin.rule.Selector;
import tocsin.rule.SeriesCatalog;
import tocsin.rule.SeriesView;
import tocsin.rule.Window;
import tocsin.signal.Points;
import tocsin.signal.SampleHistory;
import tocsin.signal.Series;

/** Series that are computed from the time, so that any span of them can be drawn. */
final class DemoSeries implements SeriesCatalog, SampleHistory {
    private static final long STEP_MILLIS = 10_000;

    private final TreeMap<String, Curve> curves = new TreeMap<>();
    private final InstantSource clock;
    private final Instant start;

    private record Curve(Series series, LongToDoubleFunction value) {}

    DemoSeries(InstantSource clock, boolean empty) {
        this.clock = clock;
        this.start = clock.instant();
        if (!empty) {
            fill();
        }
    }

    private void fill() {
        for (String model : List.of("opus", "sonnet", "haiku")) {
            double base = model.equals("opus") ? 1.1 : model.equals("sonnet") ? 0.7 : 0.3;
            boolean slow = model.equals("opus");
            add(
                    at -> base + noise(at, model, 0.12) + (slow ? spike(at, 38, 3.4) : 0),
                    "janus_request_p99_seconds",
                    "model",
                    model,
                    "service",
                    "gateway",
                    "env",
                    "prod");
            add(
                    at -> (at / 1000 % 10_000_000) * base * 0.02,
                    "janus_cost_dollars_total",
                    "model",
                    model,
                    "env",
                    "prod");
            add(at -> 20 + 8 * base + noise(at, model + "q", 5), "janus_requests_per_second", "model", model);
        }
        for (String host : List.of("janus-1", "janus-2", "janus-3", "janus-4")) {
            double base = host.equals("janus-3") ? 0.9 : 0.42;
            add(
                    at -> Math.min(1, base + noise(at, host, 0.09)),
                    "host_cpu_utilization",
                    "instance",
                    host,
                    "env",
                    "prod");
            add(at -> 6.1e9 + noise(at, host, 1.5e9), "host_memory_available_bytes", "instance", host, "env", "prod");
            add(
                    at -> 0.61 + spike(at, 700, 0.3) + noise(at, host, 0.001),
                    "host_disk_used_ratio",
                    "instance",
                    host,
                    "mount",
                    "/data");
        }
        for (String store : List.of("memory", "vectors", "graph")) {
            double base = store.equals("graph") ? 0.18 : 0.02;
            add(
                    at -> base + Math.abs(noise(at, store, 0.02)),
                    "janus_store_latency_seconds",
                    "store",
                    store,
                    "env",
                    "prod");
            add(at -> store.equals("memory") ? 1 : 0, "janus_store_down", "store", store, "env", "prod");
        }
        add(at -> 412 + noise(at, "log", 60), "tocsin_log_records_per_second");
        add(at -> Math.abs(noise(at, "lag", 3)), "tocsin_detection_lag_seconds");
        add(at -> 0.93 + noise(at, "err", 0.02), "janus_agent_success_ratio", "agent", "scheduler", "env", "prod");
    }

    private void add(LongToDoubleFunction value, String metric, String... labels) {
        var series = Series.of(metric, labels);
        curves.put(series.toString(), new Curve(series, value));
    }

    /** The same every time for the same instant. */
    private static double noise(long at, String seed, double size) {
        long x = at / STEP_MILLIS * 0x9E3779B97F4A7C15L + seed.hashCode() * 0xC2B2AE3D27D4EB4FL;
        x ^= x >>> 31;
        x *= 0xBF58476D1CE4E5B9L;
        x ^= x >>> 29;
        double fast = (x >>> 11) / (double) (1L << 53) - 0.5;
        double slow = Math.sin(at / 420_000.0 + seed.hashCode() % 7) * 0.6;
        return size * (fast * 0.8 + slow);
    }

    /** Rises so many minutes before the start of the demo, and stays. */
    private double spike(long at, int minutesAgo, double height) {
        double minutes = (at - start.toEpochMilli()) / 60_000.0 + minutesAgo;
        return minutes < 0 ? 0 : height * Math.min(1, minutes / 6);
    }

    Series named(String metric, String label, String value) {
        return curves.values().stream()
                .map(Curve::series)
                .filter(series -> series.metric().equals(metric)
                        && value.equals(series.labels().get(label)))
                .findFirst()
                .orElseThrow();
    }

    double now(Series series) {
        return curve(series.fingerprint()).orElseThrow().value().applyAsDouble(clock.millis());
    }

    private Optional<Curve> curve(Fingerprint fingerprint) {
        return curves.values().stream()
                .filter(curve -> curve.series().fingerprint().equals(fingerprint))
                .findFirst();
    }

    @Override
    public int size() {
        return curves.size();
    }

    @Override
    public Optional<SeriesView> find(Fingerprint fingerprint) {
        return curve(fingerprint).map(View::new);
    }

    private Stream<Curve> matching(Selector selector) {
        return curves.values().stream()
                .filter(curve -> selector.matches(curve.series().labels()));
    }

    @Override
    public List<SeriesView> find(Selector selector, int limit) {
        return matching(selector)
                .limit(limit)
                .map(curve -> (SeriesView) new View(curve))
                .toList();
    }

    @Override
    public int count(Selector selector) {
        return (int) matching(selector).count();
    }

    @Override
    public List<Metric> metrics(String containing, int limit) {
        var counts = new TreeMap<String, Integer>();
        curves.values().forEach(curve -> counts.merge(curve.series().metric(), 1, Integer::sum));
        return counts.entrySet().stream()
                .filter(entry -> entry.getKey().contains(containing))
                .map(entry -> new Metric(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparing(Metric::name))
                .limit(limit)
                .toList();
    }

    @Override
    public Points samples(Fingerprint series, Instant from, Instant to) {
        return points(series, from, to, STEP_MILLIS);
    }

    @Override
    public Points averages(Fingerprint series, Instant from, Instant to, Duration step) {
        return points(series, from, to, step.toMillis());
    }

    private Points points(Fingerprint series, Instant from, Instant to, long step) {
        var end = Math.min(to.toEpochMilli(), clock.millis());
        var curve = curve(series);
        if (curve.isEmpty()) {
            return Points.NONE;
        }
        long first = (from.toEpochMilli() + step - 1) / step * step;
        long[] times =
                LongStream.iterate(first, at -> at < end, at -> at + step).toArray();
        double[] values = LongStream.of(times).mapToDouble(curve.get().value()).toArray();
        return new Points(times, values);
    }

    private final class View implements SeriesView {
        private final Curve curve;

        View(Curve curve) {
            this.curve = curve;
        }

        @Override
        public Series series() {
            return curve.series();
        }

        @Override
        public double value() {
            return curve.value().applyAsDouble(timeMillis());
        }

        @Override
        public long timeMillis() {
            return clock.millis() / STEP_MILLIS * STEP_MILLIS;
        }

        @Override
        public double window(Window window) {
            return value();
        }
    }
}
