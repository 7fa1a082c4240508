package tocsin.timescale;

import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import tocsin.label.Fingerprint;
import tocsin.signal.Points;
import tocsin.signal.SampleHistory;

/** Stored blocks together with what the writer still holds. While the database is away, the latter alone. */
final class TimescaleSampleHistory implements SampleHistory {
    private static final Logger LOG = LoggerFactory.getLogger(TimescaleSampleHistory.class);
    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final long DAY = Duration.ofDays(1).toMillis();

    /** PostgreSQL's binary form of an array: dimensions, nulls, type, size, lower bound, then the elements. */
    private static final int ARRAY_HEADER = 5 * Integer.BYTES;

    private static final int ARRAY_SIZE_AT = 3 * Integer.BYTES;

    /**
     * A block begins at most an hour before its last sample. Older writes first. The arrays come in binary form,
     * because as text each NaN looks like the others and a staleness marker could not be told.
     */
    private static final String BLOCKS = """
            SELECT start, array_send(at) AS at, array_send(value) AS value FROM sample_block
            WHERE series_id = :series AND start > :from - INTERVAL '1 hour' AND start < :to AND until >= :from
            ORDER BY written, start
            """;

    private final JdbcClient jdbc;
    private final SampleBuffer buffer;
    private volatile boolean away;

    TimescaleSampleHistory(DataSource dataSource, SampleBuffer buffer) {
        jdbc = JdbcClient.create(dataSource);
        this.buffer = buffer;
    }

    @Override
    public Points samples(Fingerprint series, Instant from, Instant to) {
        // memory first: what a flush moves to the database in between is then seen twice, and not never
        List<Points> held = buffer.of(series, from.toEpochMilli(), to.toEpochMilli());
        var parts = new ArrayList<>(blocks(series, from, to));
        parts.addAll(held);
        return OpenBlock.withoutMarkers(merge(parts, from.toEpochMilli(), to.toEpochMilli()));
    }

    @Override
    public Points averages(Fingerprint series, Instant from, Instant to, Duration step) {
        long stepMillis = step.toMillis();
        if (stepMillis < 1) {
            throw new IllegalArgumentException("a step is at least a millisecond, not " + step);
        }
        var averages = new Averages(stepMillis);
        long begin = from.toEpochMilli();
        long end = to.toEpochMilli();
        if (stepMillis < HOUR) {
            averages.addAll(samples(series, from, to));
        } else {
            for (Span span : spans(unsettledHours(series, begin, end), begin, end, stepMillis >= DAY)) {
                add(series, span, averages);
            }
        }
        return averages.points();
    }

    private enum Source {
        SAMPLES,
        HOURS,
        DAYS
    }

    private record Span(Source source, long begin, long end) {}

    private void add(Fingerprint series, Span span, Averages averages) {
        Instant from = Instant.ofEpochMilli(span.begin);
        Instant to = Instant.ofEpochMilli(span.end);
        switch (span.source) {
            case SAMPLES -> averages.addAll(samples(series, from, to));
            case HOURS -> addRollups("sample_hour", series, from, to, averages);
            case DAYS -> addRollups("sample_day", series, from, to, averages);
        }
    }

    /** Cut a span into what days serve, what hours serve, and what only samples know. */
    private static List<Span> spans(Set<Long> unsettled, long begin, long end, boolean days) {
        var unsettledDays = new HashSet<Long>();
        unsettled.forEach(hour -> unsettledDays.add(Math.floorDiv(hour, DAY)));
        var spans = new ArrayList<Span>();
        long at = begin;
        while (at < end) {
            Source source;
            long next;
            if (days && at % DAY == 0 && at + DAY <= end && !unsettledDays.contains(Math.floorDiv(at, DAY))) {
                source = Source.DAYS;
                next = at + DAY;
            } else {
                long hour = Math.floorDiv(at, HOUR) * HOUR;
                next = Math.min(end, hour + HOUR);
                boolean whole = at == hour && next == hour + HOUR;
                source = whole && !unsettled.contains(hour) ? Source.HOURS : Source.SAMPLES;
            }
            Span last = spans.isEmpty() ? null : spans.getLast();
            if (last != null && last.source == source) {
                spans.set(spans.size() - 1, new Span(source, last.begin, next));
            } else {
                spans.add(new Span(source, at, next));
            }
            at = next;
        }
        return spans;
    }

    /** Hours that hold samples which no roll-up knows yet. */
    private Set<Long> unsettledHours(Fingerprint series, long begin, long end) {
        var hours = new HashSet<Long>();
        for (Points held : buffer.of(series, begin, end)) {
            hours.add(Math.floorDiv(held.times()[0], HOUR) * HOUR);
        }
        try {
            jdbc.sql("SELECT DISTINCT hour FROM rollup_due WHERE hour >= ? AND hour < ?")
                    .params(
                            Columns.time(Instant.ofEpochMilli(Math.floorDiv(begin, HOUR) * HOUR)),
                            Columns.time(Instant.ofEpochMilli(end)))
                    .query(row -> {
                        hours.add(Columns.instant(row, "hour").toEpochMilli());
                    });
            setAway(false);
        } catch (DataAccessException e) {
            failed(e);
        }
        return hours;
    }

    private void addRollups(String table, Fingerprint series, Instant from, Instant to, Averages averages) {
        try {
            jdbc.sql("SELECT at, count, sum FROM " + table
                            + " WHERE series_id = ? AND at >= ? AND at < ? AND count > 0 ORDER BY at")
                    .params(series.value(), Columns.time(from), Columns.time(to))
                    .query(row -> {
                        averages.add(
                                Columns.instant(row, "at").toEpochMilli(), row.getDouble("sum"), row.getLong("count"));
                    });
            setAway(false);
        } catch (DataAccessException e) {
            failed(e);
        }
    }

    private List<Points> blocks(Fingerprint series, Instant from, Instant to) {
        try {
            List<Points> blocks = jdbc.sql(BLOCKS)
                    .param("series", series.value())
                    .param("from", Columns.time(from))
                    .param("to", Columns.time(to))
                    .query(TimescaleSampleHistory::toPoints)
                    .list();
            setAway(false);
            return blocks;
        } catch (DataAccessException e) {
            failed(e);
            return List.of();
        }
    }

    private static Points toPoints(ResultSet row, int number) throws SQLException {
        long start = Columns.instant(row, "start").toEpochMilli();
        ByteBuffer offsets = ByteBuffer.wrap(row.getBytes("at"));
        ByteBuffer bits = ByteBuffer.wrap(row.getBytes("value"));
        var times = new long[offsets.getInt(ARRAY_SIZE_AT)];
        var values = new double[times.length];
        for (int i = 0; i < times.length; i++) { // each element follows its length
            times[i] = start + offsets.getInt(ARRAY_HEADER + i * 2 * Integer.BYTES + Integer.BYTES);
            values[i] = bits.getDouble(ARRAY_HEADER + i * (Integer.BYTES + Double.BYTES) + Integer.BYTES);
        }
        return new Points(times, values);
    }

    /** One point per instant; later parts win. */
    private static Points merge(List<Points> parts, long begin, long end) {
        boolean ascending = true;
        long latest = Long.MIN_VALUE;
        int size = 0;
        for (Points part : parts) {
            if (part.size() > 0) {
                ascending &= part.times()[0] > latest;
                latest = part.times()[part.size() - 1];
                size += part.size();
            }
        }
        return ascending ? concatenate(parts, size, begin, end) : mergeOverlapping(parts, begin, end);
    }

    private static Points concatenate(List<Points> parts, int size, long begin, long end) {
        var times = new long[size];
        var values = new double[size];
        int kept = 0;
        for (Points part : parts) {
            for (int i = 0; i < part.size(); i++) {
                if (part.times()[i] >= begin && part.times()[i] < end) {
                    times[kept] = part.times()[i];
                    values[kept++] = part.values()[i];
                }
            }
        }
        return new Points(Arrays.copyOf(times, kept), Arrays.copyOf(values, kept));
    }

    private static Points mergeOverlapping(List<Points> parts, long begin, long end) {
        var merged = new TreeMap<Long, Double>();
        for (Points part : parts) {
            for (int i = 0; i < part.size(); i++) {
                if (part.times()[i] >= begin && part.times()[i] < end) {
                    merged.put(part.times()[i], part.values()[i]);
                }
            }
        }
        return new Points(
                merged.keySet().stream().mapToLong(Long::longValue).toArray(),
                merged.values().stream().mapToDouble(Double::doubleValue).toArray());
    }

    private void failed(DataAccessException failure) {
        if (!away) {
            LOG.warn("history comes from memory alone while the database is away: {}", failure.getMessage());
        }
        away = true;
    }

    private void setAway(boolean nowAway) {
        away = nowAway;
    }

    /** Sums and counts by step. Values that are no numbers have no part in an average. */
    private static final class Averages {
        private final long stepMillis;
        private final TreeMap<Long, double[]> sumAndCount = new TreeMap<>();

        Averages(long stepMillis) {
            this.stepMillis = stepMillis;
        }

        void addAll(Points points) {
            for (int i = 0; i < points.size(); i++) {
                if (!Double.isNaN(points.values()[i])) {
                    add(points.times()[i], points.values()[i], 1);
                }
            }
        }

        void add(long timeMillis, double sum, long count) {
            long step = Math.floorDiv(timeMillis, stepMillis) * stepMillis;
            double[] total = sumAndCount.computeIfAbsent(step, start -> new double[2]);
            total[0] += sum;
            total[1] += count;
        }

        Points points() {
            return new Points(
                    sumAndCount.keySet().stream().mapToLong(Long::longValue).toArray(),
                    sumAndCount.values().stream()
                            .mapToDouble(total -> total[0] / total[1])
                            .toArray());
        }
    }
}
