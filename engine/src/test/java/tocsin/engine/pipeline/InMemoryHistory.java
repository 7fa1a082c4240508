package tocsin.engine.pipeline;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import tocsin.label.Fingerprint;
import tocsin.signal.Points;
import tocsin.signal.SampleHistory;
import tocsin.signal.Series;

/** Stored samples, for tests. */
final class InMemoryHistory implements SampleHistory {
    private final Map<Fingerprint, TreeMap<Long, Double>> stored = new ConcurrentHashMap<>();

    void put(Series series, Instant at, double value) {
        stored.computeIfAbsent(series.fingerprint(), _ -> new TreeMap<>()).put(at.toEpochMilli(), value);
    }

    @Override
    public Points samples(Fingerprint series, Instant from, Instant to) {
        var found = stored.getOrDefault(series, new TreeMap<>()).subMap(from.toEpochMilli(), to.toEpochMilli());
        return new Points(
                found.keySet().stream().mapToLong(Long::longValue).toArray(),
                found.values().stream().mapToDouble(Double::doubleValue).toArray());
    }

    @Override
    public Points averages(Fingerprint series, Instant from, Instant to, Duration step) {
        return samples(series, from, to);
    }
}
