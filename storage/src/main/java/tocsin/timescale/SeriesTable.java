package tocsin.timescale;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tocsin.label.Labels;

/** The names of series. A series is written when it is first seen and touched once an hour while it reports. */
final class SeriesTable {
    /** Always in the order of ids: two writers at once would else lock each other out. */
    private static final String UPSERT = """
            INSERT INTO series AS s (id, metric, labels, first_seen, last_seen)
            SELECT id, metric, labels::jsonb, at, at FROM unnest(?::bigint[], ?::text[], ?::text[]) AS new(id, metric, labels),
                (VALUES (?::timestamptz)) AS seen(at)
            ORDER BY id
            ON CONFLICT (id) DO UPDATE SET last_seen = greatest(s.last_seen, EXCLUDED.last_seen)
            """;

    private static final int BATCH = 5000;
    private static final Duration TOUCH_EVERY = Duration.ofHours(1);

    private final Map<Long, Instant> touched = new HashMap<>();
    private final List<Long> uncommitted = new ArrayList<>();

    /** Write those that were not written lately. {@code sorted} is in the order of ids. */
    void upsert(Connection connection, List<SampleBuffer.Held> sorted, Instant now) throws SQLException {
        touched.keySet().removeAll(uncommitted); // what the last attempt wrote was rolled back
        uncommitted.clear();
        touched.values().removeIf(at -> !at.plus(TOUCH_EVERY).isAfter(now));
        List<SampleBuffer.Held> due = sorted.stream()
                .filter(held -> !touched.containsKey(held.series().fingerprint().value()))
                .toList();
        for (int from = 0; from < due.size(); from += BATCH) {
            upsertBatch(connection, due.subList(from, Math.min(due.size(), from + BATCH)), now);
        }
        for (SampleBuffer.Held held : due) {
            long id = held.series().fingerprint().value();
            touched.put(id, now);
            uncommitted.add(id);
        }
    }

    void committed() {
        uncommitted.clear();
    }

    void forget() {
        touched.clear();
        uncommitted.clear();
    }

    private static void upsertBatch(Connection connection, List<SampleBuffer.Held> batch, Instant now)
            throws SQLException {
        var ids = new Long[batch.size()];
        var metrics = new String[batch.size()];
        var labels = new String[batch.size()];
        for (int i = 0; i < ids.length; i++) {
            Labels all = batch.get(i).series().labels();
            ids[i] = all.fingerprint().value();
            metrics[i] = Columns.text(all.metric());
            labels[i] = Json.write(all.withoutMetric());
        }
        try (var statement = connection.prepareStatement(UPSERT)) {
            statement.setArray(1, connection.createArrayOf("bigint", ids));
            statement.setArray(2, connection.createArrayOf("text", metrics));
            statement.setArray(3, connection.createArrayOf("text", labels));
            statement.setObject(4, Columns.time(now));
            statement.executeUpdate();
        }
    }
}
