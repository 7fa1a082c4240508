package tocsin.timescale;

import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What keeps storage small and fast: makes partitions ahead, merges the blocks of a past hour into one, rolls hours and
 * days up, drops what is too old. Every job may be repeated and interrupted at any point. With several nodes on one
 * database, one at a time does the work.
 */
final class StorageJobs implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StorageJobs.class);
    private static final long LOCK = 7_632_002;
    private static final int DAYS_AHEAD = 3;
    private static final int SERIES_PER_TRANSACTION = 1000;
    private static final int DELETE_BATCH = 50_000;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private static final String DUE_HOURS = """
            SELECT hour, min(flush), max(flush) FROM rollup_due WHERE hour <= ? GROUP BY hour ORDER BY hour
            """;

    private static final String TOUCHED_SERIES = """
            SELECT DISTINCT series_id FROM sample_block
            WHERE start >= ? AND start < ? AND written BETWEEN ? AND ? ORDER BY series_id
            """;

    /** One block per series: the newest write of each instant, staleness markers kept. */
    private static final String MERGE = """
            WITH many AS (
                SELECT series_id FROM sample_block
                WHERE series_id = ANY(?) AND start >= ? AND start < ? GROUP BY series_id HAVING count(*) > 1
            ), old AS (
                DELETE FROM sample_block USING many
                WHERE sample_block.series_id = many.series_id AND start >= ? AND start < ?
                RETURNING sample_block.*
            ), newest AS (
                SELECT DISTINCT ON (old.series_id, moment.at) old.series_id, moment.at, point.value,
                    max(old.written) OVER (PARTITION BY old.series_id) AS written
                FROM old, unnest(old.at, old.value) AS point(ms, value),
                    LATERAL (SELECT old.start + point.ms * INTERVAL '1 millisecond' AS at) moment
                ORDER BY old.series_id, moment.at, old.written DESC
            ), bounds AS (
                SELECT series_id, min(at) AS start FROM newest GROUP BY series_id
            )
            INSERT INTO sample_block (series_id, start, until, count, min, max, sum, last, written, at, value)
            SELECT n.series_id, b.start, max(n.at), count(*) FILTER (WHERE n.value <> 'NaN'),
                min(n.value) FILTER (WHERE n.value <> 'NaN'), max(n.value) FILTER (WHERE n.value <> 'NaN'),
                coalesce(sum(n.value) FILTER (WHERE n.value <> 'NaN'), 0),
                (array_agg(n.value ORDER BY n.at DESC) FILTER (WHERE n.value <> 'NaN'))[1],
                max(n.written),
                array_agg((extract(epoch FROM n.at - b.start) * 1000)::integer ORDER BY n.at),
                array_agg(n.value ORDER BY n.at)
            FROM newest n JOIN bounds b USING (series_id)
            GROUP BY n.series_id, b.start
            """;

    private static final String ROLL_UP_HOUR = """
            INSERT INTO sample_hour (series_id, at, count, min, max, sum, last)
            SELECT series_id, ?, sum(count), min(min), max(max), sum(sum),
                (array_agg(last ORDER BY start DESC) FILTER (WHERE last IS NOT NULL))[1]
            FROM sample_block WHERE series_id = ANY(?) AND start >= ? AND start < ?
            GROUP BY series_id
            ON CONFLICT (series_id, at) DO UPDATE SET count = EXCLUDED.count, min = EXCLUDED.min, max = EXCLUDED.max,
                sum = EXCLUDED.sum, last = EXCLUDED.last
            """;

    private static final String ROLL_UP_DAY = """
            INSERT INTO sample_day (series_id, at, count, min, max, sum, last)
            SELECT series_id, ?, sum(count), min(min), max(max), sum(sum),
                (array_agg(last ORDER BY at DESC) FILTER (WHERE last IS NOT NULL))[1]
            FROM sample_hour WHERE series_id = ANY(?) AND at >= ? AND at < ?
            GROUP BY series_id
            ON CONFLICT (series_id, at) DO UPDATE SET count = EXCLUDED.count, min = EXCLUDED.min, max = EXCLUDED.max,
                sum = EXCLUDED.sum, last = EXCLUDED.last
            """;

    private final DataSource dataSource;
    private final Partitions partitions;
    private final StorageSettings settings;
    private final InstantSource clock;
    private final MeterRegistry meters;
    private final ScheduledExecutorService schedule;

    StorageJobs(
            DataSource dataSource,
            Partitions partitions,
            StorageSettings settings,
            InstantSource clock,
            MeterRegistry meters) {
        this.dataSource = dataSource;
        this.partitions = partitions;
        this.settings = settings;
        this.clock = clock;
        this.meters = meters;
        schedule = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("storage-jobs").daemon().factory());
    }

    void start() {
        long every = settings.jobsEvery().toMillis();
        var _ = schedule.scheduleWithFixedDelay(this::runOnce, 0, every, TimeUnit.MILLISECONDS);
    }

    /** All jobs once, unless another node is at it. A job that fails is logged and does not keep the others off. */
    void runOnce() {
        try (var connection = dataSource.getConnection()) {
            if (!tryLock(connection)) {
                return;
            }
            try {
                attempt("partitions", this::makePartitionsAhead);
                attempt("rollup", this::settleHours);
                attempt("retention", this::dropOld);
            } finally {
                unlock(connection);
            }
        } catch (SQLException | RuntimeException e) { // anything that got out would end the schedule
            count("lock", "failed");
            LOG.warn("storage jobs wait for the database: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        schedule.shutdownNow();
        try {
            if (!schedule.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("a storage job is still at work; it will be repeated");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void makePartitionsAhead() throws SQLException {
        LocalDate today = clock.instant().atOffset(ZoneOffset.UTC).toLocalDate();
        partitions.ensure(Stream.iterate(today.minusDays(1), day -> day.plusDays(1))
                .limit(DAYS_AHEAD + 2)
                .toList());
    }

    private record DueHour(Instant hour, long firstFlush, long lastFlush) {}

    /** Merge and roll up each hour that has ended, again when late samples came. */
    private void settleHours() throws SQLException {
        Instant settled = clock.instant().minus(settings.settleAfter()).minus(Duration.ofHours(1));
        for (DueHour due : dueHours(settled)) {
            List<Long> touched = touchedSeries(due);
            for (int from = 0; from < touched.size(); from += SERIES_PER_TRANSACTION) {
                int to = Math.min(touched.size(), from + SERIES_PER_TRANSACTION);
                settle(due.hour, touched.subList(from, to).toArray(Long[]::new));
            }
            done(due);
        }
    }

    /** In one snapshot, so that what is being written meanwhile is either in all of it or in none. */
    private void settle(Instant hour, Long[] series) throws SQLException {
        var begin = Columns.time(hour);
        var end = Columns.time(hour.plus(Duration.ofHours(1)));
        var day = hour.atOffset(ZoneOffset.UTC).truncatedTo(ChronoUnit.DAYS);
        try (var connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            boolean committed = false;
            try {
                var ids = connection.createArrayOf("bigint", series);
                update(connection, MERGE, ids, begin, end, begin, end);
                update(connection, ROLL_UP_HOUR, begin, ids, begin, end);
                update(connection, ROLL_UP_DAY, day, ids, day, day.plusDays(1));
                connection.commit();
                committed = true;
            } finally {
                if (!committed) {
                    connection.rollback();
                }
            }
        }
    }

    private List<DueHour> dueHours(Instant settled) throws SQLException {
        try (var connection = dataSource.getConnection();
                var statement = connection.prepareStatement(DUE_HOURS)) {
            statement.setObject(1, Columns.time(settled));
            var due = new ArrayList<DueHour>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    due.add(new DueHour(Columns.instant(rows, "hour"), rows.getLong(2), rows.getLong(3)));
                }
            }
            return due;
        }
    }

    private List<Long> touchedSeries(DueHour due) throws SQLException {
        try (var connection = dataSource.getConnection();
                var statement = connection.prepareStatement(TOUCHED_SERIES)) {
            statement.setObject(1, Columns.time(due.hour));
            statement.setObject(2, Columns.time(due.hour.plus(Duration.ofHours(1))));
            statement.setLong(3, due.firstFlush);
            statement.setLong(4, due.lastFlush);
            var series = new ArrayList<Long>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    series.add(rows.getLong(1));
                }
            }
            return series;
        }
    }

    /** Flushes that came while we worked stay due. */
    private void done(DueHour due) throws SQLException {
        try (var connection = dataSource.getConnection()) {
            update(
                    connection,
                    "DELETE FROM rollup_due WHERE hour = ? AND flush <= ?",
                    Columns.time(due.hour),
                    due.lastFlush);
        }
    }

    private void dropOld() throws SQLException {
        Instant now = clock.instant();
        int dropped = partitions.dropBefore(now.minus(settings.rawRetention()));
        if (dropped > 0) {
            LOG.info(
                    "{} days of samples are older than {} days and were dropped",
                    dropped,
                    settings.rawRetention().toDays());
        }
        deleteBefore("sample_hour", now.minus(settings.hourlyRetention()));
        deleteBefore("sample_day", now.minus(settings.dailyRetention()));
    }

    private void deleteBefore(String table, Instant cutoff) throws SQLException {
        String delete = "DELETE FROM " + table + " WHERE ctid = ANY(ARRAY(SELECT ctid FROM " + table
                + " WHERE at < ? LIMIT " + DELETE_BATCH + "))";
        try (var connection = dataSource.getConnection()) {
            int deleted;
            do {
                deleted = update(connection, delete, Columns.time(cutoff));
            } while (deleted == DELETE_BATCH);
        }
    }

    private void attempt(String job, Job work) {
        try {
            work.run();
            count(job, "done");
        } catch (SQLException | RuntimeException e) {
            count(job, "failed");
            LOG.error(
                    "storage job {} failed and is tried again in {} s",
                    job,
                    settings.jobsEvery().toSeconds(),
                    e);
        }
    }

    private void count(String job, String outcome) {
        meters.counter("tocsin.storage.jobs", "job", job, "outcome", outcome).increment();
    }

    private static boolean tryLock(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT pg_try_advisory_lock(" + LOCK + ")")) {
            return row.next() && row.getBoolean(1);
        }
    }

    private static void unlock(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("SELECT pg_advisory_unlock(" + LOCK + ")");
        }
    }

    private static int update(Connection connection, String sql, Object... parameters) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            return statement.executeUpdate();
        }
    }

    private interface Job {
        void run() throws SQLException;
    }
}
