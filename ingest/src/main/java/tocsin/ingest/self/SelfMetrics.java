package tocsin.ingest.self;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tocsin.ingest.SampleLoop;
import tocsin.label.Labels;
import tocsin.signal.SampleBatch;
import tocsin.signal.Series;
import tocsin.signal.SignalLog;
import tocsin.signal.Staleness;

/**
 * Appends Tocsin's own meters to the log, under the names that a Prometheus scrape of Tocsin would show, so that rules
 * can watch Tocsin. Only meters of Tocsin, the JVM, the process, the HTTP server and the connection pool.
 */
public final class SelfMetrics implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SelfMetrics.class);
    private static final List<String> PREFIXES = List.of("tocsin.", "jvm.", "process.", "http.server.", "hikaricp.");
    private static final String HEAP_USE = "tocsin_jvm_memory_utilization";

    private final MeterRegistry registry;
    private final SelfSettings settings;
    private final SampleLoop loop;
    private final Map<Meter.Id, Map<String, Series>> known = new HashMap<>();
    private final Series heapUse;
    private boolean tooManyTold;

    public SelfMetrics(MeterRegistry registry, SignalLog log, SelfSettings settings, InstantSource clock) {
        this.registry = registry;
        this.settings = settings;
        this.heapUse = Series.of(HEAP_USE, "job", "tocsin", "instance", settings.instance());
        this.loop = new SampleLoop("own metrics", log, settings.interval(), clock, this::read);
    }

    public void start() {
        loop.start();
    }

    @Override
    public void close() {
        loop.close();
    }

    /** All values at this moment, and an end for the series of meters that are gone. */
    SampleBatch read(Instant now) {
        long time = now.toEpochMilli();
        var batch = SampleBatch.builder(known.size() * 2 + 16);
        var seen = new HashSet<Meter.Id>();
        for (Meter meter : registry.getMeters()) {
            if (isWanted(meter.getId()) && hasRoom(seen.size())) {
                seen.add(meter.getId());
                add(meter, time, batch);
            }
        }
        endOthers(seen, time, batch);
        addHeapUse(time, batch);
        return batch.build();
    }

    private boolean hasRoom(int meters) {
        if (meters < settings.maxMeters()) {
            return true;
        }
        if (!tooManyTold) {
            LOG.warn("There are more than {} meters; the others are not stored as own metrics", settings.maxMeters());
            tooManyTold = true;
        }
        return false;
    }

    private static boolean isWanted(Meter.Id id) {
        return PREFIXES.stream().anyMatch(id.getName()::startsWith);
    }

    private void add(Meter meter, long time, SampleBatch.Builder batch) {
        switch (meter) {
            case Counter counter -> add(meter, "_total", counter.count(), time, batch);
            case FunctionCounter counter -> add(meter, "_total", counter.count(), time, batch);
            case TimeGauge gauge -> add(meter, "_seconds", gauge.value(TimeUnit.SECONDS), time, batch);
            case Gauge gauge -> add(meter, "", gauge.value(), time, batch);
            case Timer timer -> {
                add(meter, "_seconds_count", (double) timer.count(), time, batch);
                add(meter, "_seconds_sum", timer.totalTime(TimeUnit.SECONDS), time, batch);
                add(meter, "_seconds_max", timer.max(TimeUnit.SECONDS), time, batch);
            }
            case FunctionTimer timer -> {
                add(meter, "_seconds_count", timer.count(), time, batch);
                add(meter, "_seconds_sum", timer.totalTime(TimeUnit.SECONDS), time, batch);
            }
            case LongTaskTimer timer -> {
                add(meter, "_seconds_active_count", timer.activeTasks(), time, batch);
                add(meter, "_seconds_max", timer.max(TimeUnit.SECONDS), time, batch);
            }
            case DistributionSummary summary -> {
                add(meter, "_count", (double) summary.count(), time, batch);
                add(meter, "_sum", summary.totalAmount(), time, batch);
                add(meter, "_max", summary.max(), time, batch);
            }
            default -> {} // meters of other kinds have no fixed meaning of their measurements
        }
    }

    private void add(Meter meter, String suffix, double value, long time, SampleBatch.Builder batch) {
        if (!Double.isNaN(value)) { // a gauge whose object is gone
            var series = known.computeIfAbsent(meter.getId(), id -> new HashMap<>())
                    .computeIfAbsent(suffix, s -> series(meter.getId(), s));
            batch.add(series, time, value);
        }
    }

    private Series series(Meter.Id id, String suffix) {
        var labels = new HashMap<String, String>();
        id.getTags().forEach(tag -> labels.put(snake(tag.getKey()), tag.getValue()));
        labels.put("job", "tocsin");
        labels.put("instance", settings.instance());
        labels.put(Labels.METRIC, metricName(id, suffix));
        return new Series(Labels.of(labels));
    }

    /** As Micrometer's Prometheus naming does: dots become underscores, and the unit stands at the end, once. */
    private static String metricName(Meter.Id id, String suffix) {
        String name = snake(id.getName());
        String unit = id.getBaseUnit();
        if (unit != null && !suffix.startsWith("_seconds") && !name.endsWith("_" + unit) && !unit.contains(" ")) {
            name += "_" + snake(unit);
        }
        String first = suffix.startsWith("_seconds") ? "_seconds" : suffix;
        return !first.isEmpty() && name.endsWith(first) ? name + suffix.substring(first.length()) : name + suffix;
    }

    private static String snake(String name) {
        return name.replaceAll("[^a-zA-Z0-9_:]", "_");
    }

    private void endOthers(Set<Meter.Id> seen, long time, SampleBatch.Builder batch) {
        known.entrySet().removeIf(entry -> {
            boolean gone = !seen.contains(entry.getKey());
            if (gone) {
                entry.getValue().values().forEach(series -> batch.add(series, time, Staleness.MARKER));
            }
            return gone;
        });
    }

    private void addHeapUse(long time, SampleBatch.Builder batch) {
        var runtime = Runtime.getRuntime();
        double used = (double) runtime.totalMemory() - runtime.freeMemory();
        batch.add(heapUse, time, used / runtime.maxMemory());
    }
}
