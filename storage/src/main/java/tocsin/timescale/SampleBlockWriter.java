package tocsin.timescale;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tocsin.signal.LogPosition;
import tocsin.signal.LogReader;
import tocsin.signal.LogRecord;
import tocsin.signal.Points;
import tocsin.signal.SampleBatch;
import tocsin.signal.SignalLog;

/**
 * Carries samples from the log to the database, each exactly once: the blocks and the position up to which the log was
 * read are one transaction. While the database is away it reads on, as far as memory is allowed, and writes everything
 * as soon as the database is back; what it has not written, a restart reads from the log again.
 *
 * <p>Everything runs on one thread, which owns the reader and the position.
 */
final class SampleBlockWriter implements AutoCloseable {
    static final String CONSUMER = "storage";

    private static final Logger LOG = LoggerFactory.getLogger(SampleBlockWriter.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(20);
    private static final int PING_SECONDS = 1;

    /** Locks the row, so that a commit of ours whose answer was lost is over, one way or the other, when this returns. */
    private static final String LOCK_POSITION =
            "SELECT position, flushes FROM log_position WHERE consumer = ? FOR UPDATE";

    private static final String MOVE_POSITION = "UPDATE log_position SET position = ?, flushes = ? WHERE consumer = ?";

    private final DataSource dataSource;
    private final SignalLog log;
    private final SampleBuffer buffer;
    private final Partitions partitions;
    private final SeriesTable series;
    private final StorageSettings settings;
    private final InstantSource clock;
    private final Counter stored;
    private final Counter blocks;
    private final Counter failures;
    private final Counter tooOld;
    private final Counter tooNew;
    private final Timer flushes;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread;

    private volatile @Nullable LogReader reader;
    private LogPosition storedUpTo = LogPosition.START;
    private volatile LogPosition readUpTo = LogPosition.START;
    private LogPosition sealedUpTo = LogPosition.START;
    private LogPosition catchUpTo = LogPosition.START;
    private String serverStart = "";
    private Instant nextFlush = Instant.MIN;
    private long nextProbeNanos = System.nanoTime();
    private volatile boolean away;

    SampleBlockWriter(
            DataSource dataSource,
            SignalLog log,
            SampleBuffer buffer,
            Partitions partitions,
            StorageSettings settings,
            InstantSource clock,
            MeterRegistry meters) {
        this.dataSource = dataSource;
        this.log = log;
        this.buffer = buffer;
        this.partitions = partitions;
        this.settings = settings;
        this.clock = clock;
        series = new SeriesTable();
        stored = meters.counter("tocsin.storage.samples");
        blocks = meters.counter("tocsin.storage.blocks");
        failures = meters.counter("tocsin.storage.failures");
        tooOld = meters.counter("tocsin.storage.dropped", "reason", "older than the retention");
        tooNew = meters.counter("tocsin.storage.dropped", "reason", "too far in the future");
        flushes = meters.timer("tocsin.storage.flush");
        Gauge.builder("tocsin.storage.buffered", buffer, SampleBuffer::weight).register(meters);
        Gauge.builder("tocsin.storage.up", this, writer -> writer.away ? 0 : 1).register(meters);
        thread = Thread.ofPlatform().name("sample-writer").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Write what was read, if the database is there, and stop. */
    @Override
    public void close() {
        stopping.countDown();
        try {
            thread.join(CLOSE_LIMIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (stopping.getCount() > 0) {
                step();
            }
            if (reader != null && isDirty()) {
                attemptFlush();
            }
        } catch (InterruptedException e) {
            LOG.warn("the sample writer was interrupted; what it has not written stays in the log");
        } finally {
            closeReader();
        }
    }

    private void step() throws InterruptedException {
        try {
            if (reader == null && !open()) {
                stopping.await(POLL.toMillis(), TimeUnit.MILLISECONDS);
                return;
            }
            read();
            if (System.nanoTime() - nextProbeNanos >= 0) {
                probe();
            }
        } catch (RuntimeException e) {
            failures.increment();
            LOG.error("the sample writer failed and begins again from the position in the database", e);
            startOver();
            stopping.await(settings.probeEvery().toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Find where we were. Answers false while the database does not say. */
    private boolean open() {
        if (System.nanoTime() - nextProbeNanos < 0) {
            return false;
        }
        try (var connection = dataSource.getConnection()) {
            storedUpTo = position(connection);
            serverStart = serverStart(connection);
            setAway(false);
        } catch (SQLException e) {
            failed(e);
            return false;
        }
        if (storedUpTo.compareTo(log.end()) > 0) {
            LOG.warn(
                    "the database has seen the log up to {} but the log ends at {}: it was replaced, and is read from"
                            + " its beginning",
                    storedUpTo.value(),
                    log.end().value());
            storedUpTo = resetPosition(log.oldest());
        }
        readUpTo = storedUpTo;
        sealedUpTo = storedUpTo;
        catchUpTo = log.end();
        reader = log.read(storedUpTo);
        return true;
    }

    private void read() throws InterruptedException {
        LogReader from = reader;
        if (from == null) {
            return;
        }
        if (buffer.weight() >= settings.maxBufferedSamples()) {
            stopping.await(POLL.toMillis(), TimeUnit.MILLISECONDS); // the log holds the rest
            return;
        }
        LogRecord record = from.poll(POLL);
        Instant now = record == null ? clock.instant() : record.appendedAt();
        if (isDirty() && !away && (!now.isBefore(nextFlush) || isHalfFull() || hasCaughtUp())) {
            attemptFlush();
        }
        if (record != null) {
            if (!isDirty()) {
                nextFlush = nextRoundTime(now);
            }
            add(record);
            readUpTo = record.position().next();
        }
    }

    private void add(LogRecord record) {
        long oldest = clock.instant().minus(settings.rawRetention()).toEpochMilli();
        long newest = record.appendedAt().plus(settings.mostAhead()).toEpochMilli();
        SampleBatch samples = record.samples();
        for (int i = 0; i < samples.size(); i++) {
            long time = samples.timeMillis(i);
            if (time < oldest) {
                tooOld.increment();
            } else if (time > newest) {
                tooNew.increment();
            } else {
                buffer.add(samples.series(i), time, samples.value(i));
            }
        }
    }

    /** Notice that the database went away, even between two flushes and even for a moment, and that it is back. */
    private void probe() {
        if (away && isDirty()) {
            attemptFlush();
            return;
        }
        try (var connection = dataSource.getConnection()) {
            String startedAt = serverStart(connection);
            if (!serverStart.equals(startedAt)) {
                serverStart = startedAt;
                catchUpTo = log.end();
            }
            setAway(false);
        } catch (SQLException e) {
            failed(e);
        }
        scheduleProbe();
    }

    private static String serverStart(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.setQueryTimeout(PING_SECONDS);
            try (var row = statement.executeQuery("SELECT pg_postmaster_start_time()::text")) {
                row.next();
                return row.getString(1);
            }
        }
    }

    private void attemptFlush() {
        long began = System.nanoTime();
        try {
            flush();
            setAway(false);
            flushes.record(System.nanoTime() - began, TimeUnit.NANOSECONDS);
        } catch (SQLException | IOException e) {
            partitions.forget();
            failed(e);
        }
        nextFlush = nextRoundTime(clock.instant());
        scheduleProbe();
    }

    private void flush() throws SQLException, IOException {
        try (var connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            boolean committed = false;
            try {
                Flush flush = lock(connection);
                if (sealedUpTo.compareTo(storedUpTo) > 0 && flush.position.equals(sealedUpTo)) {
                    acknowledgeSealed(); // the commit of last time had succeeded though its answer was lost
                }
                if (!flush.position.equals(storedUpTo)) {
                    throw new IllegalStateException(
                            "another writer has moved the position to " + flush.position.value());
                }
                Collection<SampleBuffer.Held> sealed = buffer.seal();
                sealedUpTo = readUpTo;
                long samples = write(connection, sealed, flush.number);
                move(connection, flush.number);
                connection.commit();
                committed = true;
                acknowledgeSealed();
                series.committed();
                stored.increment((double) samples);
            } finally {
                if (!committed) {
                    rollback(connection);
                }
            }
        }
        log.commit(CONSUMER, storedUpTo);
    }

    private long write(Connection connection, Collection<SampleBuffer.Held> sealed, long number)
            throws SQLException, IOException {
        List<SampleBuffer.Held> sorted = sealed.stream()
                .sorted(Comparator.comparingLong(
                        held -> held.series().fingerprint().value()))
                .toList();
        partitions.ensure(days(sorted));
        series.upsert(connection, sorted, clock.instant());
        var hours = new TreeSet<Long>();
        long samples = 0;
        try (var copy = new BlockCopy(connection)) {
            for (SampleBuffer.Held held : sorted) {
                for (var block : held.blocks().entrySet()) {
                    Points points = block.getValue().points();
                    copy.add(held.series().fingerprint().value(), points, number);
                    hours.add(block.getKey());
                    samples += points.size();
                    blocks.increment();
                }
            }
            copy.finish();
        }
        markDue(connection, hours, number);
        return samples;
    }

    private static Set<LocalDate> days(List<SampleBuffer.Held> sealed) {
        var hours = new HashSet<Long>();
        sealed.forEach(held -> hours.addAll(held.blocks().keySet()));
        var days = new HashSet<LocalDate>();
        hours.forEach(hour -> days.add(Partitions.day(hour)));
        return days;
    }

    private static void markDue(Connection connection, Collection<Long> hours, long number) throws SQLException {
        try (var statement = connection.prepareStatement("INSERT INTO rollup_due (hour, flush) VALUES (?, ?)")) {
            for (long hour : hours) {
                statement.setObject(1, Columns.time(Instant.ofEpochMilli(hour)));
                statement.setLong(2, number);
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    private record Flush(LogPosition position, long number) {}

    private static Flush lock(Connection connection) throws SQLException {
        try (var statement = connection.prepareStatement(LOCK_POSITION)) {
            statement.setString(1, CONSUMER);
            try (var row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new IllegalStateException("the row of the position is gone");
                }
                return new Flush(new LogPosition(row.getLong(1)), row.getLong(2) + 1);
            }
        }
    }

    private void move(Connection connection, long number) throws SQLException {
        try (var statement = connection.prepareStatement(MOVE_POSITION)) {
            statement.setLong(1, sealedUpTo.value());
            statement.setLong(2, number);
            statement.setString(3, CONSUMER);
            statement.executeUpdate();
        }
    }

    private LogPosition position(Connection connection) throws SQLException {
        try (var insert = connection.prepareStatement(
                        "INSERT INTO log_position (consumer, position) VALUES (?, 0) ON CONFLICT DO NOTHING");
                var select = connection.prepareStatement("SELECT position FROM log_position WHERE consumer = ?")) {
            insert.setString(1, CONSUMER);
            insert.executeUpdate();
            select.setString(1, CONSUMER);
            try (var row = select.executeQuery()) {
                row.next();
                return new LogPosition(row.getLong(1));
            }
        }
    }

    private LogPosition resetPosition(LogPosition position) {
        try (var connection = dataSource.getConnection();
                var statement =
                        connection.prepareStatement("UPDATE log_position SET position = ? WHERE consumer = ?")) {
            statement.setLong(1, position.value());
            statement.setString(2, CONSUMER);
            statement.executeUpdate();
            return position;
        } catch (SQLException e) {
            throw new IllegalStateException("the position could not be set back", e);
        }
    }

    private void acknowledgeSealed() {
        buffer.forgetSealed();
        storedUpTo = sealedUpTo;
    }

    private void startOver() {
        closeReader();
        buffer.clear();
        series.forget();
        scheduleProbe();
    }

    private void closeReader() {
        LogReader open = reader;
        if (open != null) {
            open.close();
            reader = null;
        }
    }

    /** Whether it knows where to read on; until then it waits for the database. */
    boolean isReading() {
        return reader != null;
    }

    /** The position of the next record to be read. */
    LogPosition readUpTo() {
        return readUpTo;
    }

    private boolean isDirty() {
        return readUpTo.compareTo(storedUpTo) > 0;
    }

    /** Whether everything is read that waited in the log when the database came back; it is stored without delay. */
    private boolean hasCaughtUp() {
        return storedUpTo.compareTo(catchUpTo) < 0 && readUpTo.compareTo(catchUpTo) >= 0;
    }

    private boolean isHalfFull() {
        return buffer.weight() >= settings.maxBufferedSamples() / 2;
    }

    private Instant nextRoundTime(Instant now) {
        long every = settings.flushEvery().toMillis();
        return Instant.ofEpochMilli((Math.floorDiv(now.toEpochMilli(), every) + 1) * every);
    }

    private void scheduleProbe() {
        nextProbeNanos = System.nanoTime() + settings.probeEvery().toNanos();
    }

    private void failed(Exception failure) {
        failures.increment();
        if (!away) {
            LOG.warn("samples cannot be stored now and wait in the log: {}", failure.getMessage());
        }
        setAway(true);
        scheduleProbe();
    }

    private void setAway(boolean nowAway) {
        if (away && !nowAway) {
            catchUpTo = log.end();
            LOG.info("samples are stored again");
        }
        away = nowAway;
    }

    private static void rollback(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            LOG.debug("the connection is gone, and its transaction with it", e);
        }
    }
}
