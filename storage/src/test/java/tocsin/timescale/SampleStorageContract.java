package tocsin.timescale;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.jdbc.core.simple.JdbcClient;
import tocsin.signal.InMemorySignalLog;
import tocsin.signal.LogPosition;
import tocsin.signal.SampleBatch;
import tocsin.signal.SampleHistory;
import tocsin.signal.Series;
import tocsin.signal.Staleness;

/** What storage promises about samples, on every kind of server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SampleStorageContract {
    static final Instant NOON = Instant.parse("2026-03-28T12:00:00Z");
    static final Duration SOON = Duration.ofSeconds(20);

    Database database;
    JdbcClient jdbc;
    TestClock clock;
    InMemorySignalLog log;
    SimpleMeterRegistry meters;
    SampleBuffer buffer;
    SampleBlockWriter writer;
    Partitions partitions;
    SampleHistory history;

    abstract Database openDatabase();

    @BeforeAll
    void open() {
        database = openDatabase();
        jdbc = JdbcClient.create(database.dataSource());
    }

    @AfterAll
    void closeDatabase() {
        if (database != null) {
            database.close();
        }
    }

    @BeforeEach
    void begin() {
        jdbc.sql("TRUNCATE sample_block, series, log_position, rollup_due, sample_hour, sample_day")
                .update();
        clock = new TestClock(NOON);
        log = new InMemorySignalLog(clock);
        start(StorageSettings.DEFAULT);
    }

    @AfterEach
    void end() {
        writer.close();
    }

    void start(StorageSettings settings) {
        meters = new SimpleMeterRegistry();
        buffer = new SampleBuffer();
        partitions = new Partitions(database.dataSource(), database.edition().timescale() != null);
        writer = new SampleBlockWriter(database.dataSource(), log, buffer, partitions, settings, clock, meters);
        history = new TimescaleSampleHistory(database.dataSource(), buffer);
        writer.start();
        Await.until(SOON, writer::isReading, true);
    }

    StorageJobs jobs() {
        return new StorageJobs(database.dataSource(), partitions, StorageSettings.DEFAULT, clock, meters);
    }

    /** One sample a call: the series {@code n}, so many seconds after noon. */
    void append(int n, long second, double value) {
        append(series(n), NOON.plusSeconds(second), value);
    }

    void append(Series series, Instant at, double value) {
        log.append(SampleBatch.builder(1).add(series, at.toEpochMilli(), value).build())
                .join();
    }

    static Series series(int n) {
        return Series.of("test_metric", "n", Integer.toString(n));
    }

    /** Let the flush's time pass and wait until everything that was appended is in the database. */
    void flush() {
        LogPosition end = log.end();
        awaitRead(end);
        clock.advance(Duration.ofMinutes(5));
        Await.until(SOON, this::storedUpTo, end.value());
    }

    private void awaitRead(LogPosition end) {
        Await.until(SOON, () -> writer.readUpTo(), end);
    }

    long storedUpTo() {
        return jdbc.sql("SELECT position FROM log_position WHERE consumer = 'storage'")
                .query(Long.class)
                .optional()
                .orElse(0L);
    }

    List<String> history(int n) {
        return history(n, NOON.minus(Duration.ofDays(2)), NOON.plus(Duration.ofDays(2)));
    }

    /** Each sample as seconds after noon and value. */
    List<String> history(int n, Instant from, Instant to) {
        var points = history.samples(series(n).fingerprint(), from, to);
        return IntStream.range(0, points.size())
                .mapToObj(i -> (points.times()[i] - NOON.toEpochMilli()) / 1000 + "s=" + points.values()[i])
                .toList();
    }

    List<String> inSql(int n) {
        return jdbc.sql(
                        "SELECT extract(epoch FROM at - ?)::bigint, value FROM sample_range(?, '2026-01-01', '2027-01-01')")
                .params(Columns.time(NOON), series(n).fingerprint().value())
                .query((row, number) -> row.getLong(1) + "s=" + row.getDouble(2))
                .list();
    }

    long blocks() {
        return jdbc.sql("SELECT count(*) FROM sample_block").query(Long.class).single();
    }

    @Test
    void samplesAreStoredAsOneBlockPerSeries() {
        for (int second = 0; second < 60; second += 15) {
            append(1, second, second);
            append(2, second, -second);
        }

        awaitRead(log.end());
        assertThat(history(1)).as("before the flush").containsExactly("0s=0.0", "15s=15.0", "30s=30.0", "45s=45.0");
        flush();

        assertThat(blocks()).isEqualTo(2);
        assertThat(inSql(1)).containsExactly("0s=0.0", "15s=15.0", "30s=30.0", "45s=45.0");
        assertThat(history(2)).containsExactly("0s=0.0", "15s=-15.0", "30s=-30.0", "45s=-45.0");
        assertThat(log.committed("storage")).contains(new LogPosition(8));
        assertThat(jdbc.sql("SELECT metric || labels::text FROM series ORDER BY labels")
                        .query(String.class)
                        .list())
                .containsExactly("test_metric{\"n\": \"1\"}", "test_metric{\"n\": \"2\"}");
        assertThat(jdbc.sql("SELECT count || ' ' || min || ' ' || max || ' ' || sum || ' ' || last FROM sample_block"
                                + " WHERE series_id = ?")
                        .param(series(1).fingerprint().value())
                        .query(String.class)
                        .single())
                .isEqualTo("4 0 45 90 45");
    }

    @Test
    void theNewestWriteOfAnInstantWins() {
        append(1, 10, 1);
        append(1, 20, 1);
        append(1, 10, 2);
        flush();
        append(1, 20, 3);
        flush();

        assertThat(inSql(1)).containsExactly("10s=2.0", "20s=3.0");
        assertThat(history(1)).containsExactly("10s=2.0", "20s=3.0");
        append(1, 10, 4);
        Await.until(SOON, () -> history(1), List.of("10s=4.0", "20s=3.0"));
    }

    @Test
    void lateSamplesMakeBlocksThatMergingPutsInPlace() {
        append(1, 0, 1);
        append(1, 600, 2);
        flush();
        append(1, 300, 1.5);
        append(1, 600, 3);
        flush();
        assertThat(blocks()).isEqualTo(2);

        clock.set(NOON.plus(Duration.ofHours(2)));
        jobs().runOnce();

        assertThat(blocks()).isEqualTo(1);
        assertThat(inSql(1)).containsExactly("0s=1.0", "300s=1.5", "600s=3.0");
        assertThat(history(1)).containsExactly("0s=1.0", "300s=1.5", "600s=3.0");
        assertThat(jdbc.sql("SELECT count || ' ' || min || ' ' || max || ' ' || sum || ' ' || last FROM sample_hour")
                        .query(String.class)
                        .single())
                .isEqualTo("3 1 3 5.5 3");
    }

    @Test
    void stalenessMarkersAreStoredAndLeftOutByReaders() {
        append(1, 0, 1);
        append(1, 15, Staleness.MARKER);
        append(1, 30, Double.NaN);
        flush();

        assertThat(inSql(1)).containsExactly("0s=1.0", "30s=NaN");
        assertThat(history(1)).containsExactly("0s=1.0", "30s=NaN");
        clock.set(NOON.plus(Duration.ofHours(2)));
        append(1, 45, 2);
        flush();
        jobs().runOnce();
        assertThat(blocks()).isEqualTo(1);
        assertThat(history(1)).containsExactly("0s=1.0", "30s=NaN", "45s=2.0");
        assertThat(jdbc.sql("SELECT cardinality(at) FROM sample_block")
                        .query(Integer.class)
                        .single())
                .as("the marker is kept")
                .isEqualTo(4);
    }

    @Test
    void samplesFromAnotherAgeAreDroppedAndCounted() {
        append(series(1), NOON.minus(Duration.ofDays(40)), 1);
        append(series(1), NOON.plus(Duration.ofDays(3)), 1);
        append(series(1), Instant.ofEpochMilli(Long.MAX_VALUE), 1);
        append(series(1), Instant.ofEpochMilli(Long.MIN_VALUE), 1);
        append(series(1), NOON.minus(Duration.ofDays(20)), 7);
        append(1, 0, 8);
        flush();

        assertThat(inSql(1)).containsExactly("-1728000s=7.0", "0s=8.0");
        assertThat(meters.counter("tocsin.storage.dropped", "reason", "older than the retention")
                        .count())
                .isEqualTo(2);
        assertThat(meters.counter("tocsin.storage.dropped", "reason", "too far in the future")
                        .count())
                .isEqualTo(2);
    }

    @Test
    void closingWritesWhatWasRead() {
        append(1, 0, 1);
        awaitRead(log.end());
        writer.close();

        assertThat(inSql(1)).containsExactly("0s=1.0");
        assertThat(storedUpTo()).isEqualTo(1);
    }

    @Test
    void aRestartGoesOnWhereTheDatabaseIs() {
        append(1, 0, 1);
        flush();
        writer.close();
        append(1, 15, 2);
        start(StorageSettings.DEFAULT);
        flush();

        assertThat(jdbc.sql("SELECT sum(cardinality(at)) FROM sample_block")
                        .query(Long.class)
                        .single())
                .isEqualTo(2);
        assertThat(inSql(1)).containsExactly("0s=1.0", "15s=2.0");
    }

    @Test
    void hostileLabelsDoNotStopTheWriter() {
        var hostile = Series.of("test_metric", "a", "zero \0 character", "quote", "\"\\'; DROP TABLE series; {}");
        append(hostile, NOON, 1);
        flush();

        assertThat(history.samples(hostile.fingerprint(), NOON, NOON.plusSeconds(1))
                        .size())
                .isEqualTo(1);
        assertThat(jdbc.sql("SELECT labels ->> 'a' FROM series")
                        .query(String.class)
                        .single())
                .isEqualTo("zero \uFFFD character");
    }

    @Test
    void averagesComeFromSamplesAndFromRollups() {
        Instant begin = NOON.minus(Duration.ofHours(36)); // midnight
        for (int hour = 0; hour < 36; hour++) {
            append(series(1), begin.plus(Duration.ofHours(hour)), hour);
            append(series(1), begin.plus(Duration.ofHours(hour)).plusSeconds(1800), hour + 1);
        }
        flush();
        clock.set(NOON.plus(Duration.ofMinutes(30)));
        jobs().runOnce();
        append(series(1), NOON, 100);

        assertThat(jdbc.sql("SELECT count(*) FROM sample_hour")
                        .query(Long.class)
                        .single())
                .isEqualTo(36);
        assertThat(averages(begin, NOON.plusSeconds(3600), Duration.ofMinutes(30)))
                .hasSize(73);
        Await.until(SOON, () -> averages(begin, NOON.plusSeconds(3600), Duration.ofHours(1)).length, 37);
        assertThat(averages(begin, NOON.plusSeconds(3600), Duration.ofHours(1)))
                .startsWith(0.5, 1.5)
                .endsWith(35.5, 100);
        assertThat(averages(begin, NOON.plus(Duration.ofHours(12)), Duration.ofDays(1)))
                .containsExactly(12, (24 * 30 + 100) / 25.0);
    }

    private double[] averages(Instant from, Instant to, Duration step) {
        return history.averages(series(1).fingerprint(), from, to, step).values();
    }

    @Test
    void lateSamplesAreRolledUpAgain() {
        append(1, 0, 1);
        flush();
        clock.set(NOON.plus(Duration.ofHours(2)));
        jobs().runOnce();
        append(1, 10, 5);
        append(2, 10, 7);
        flush();
        jobs().runOnce();
        jobs().runOnce();

        assertThat(jdbc.sql("SELECT sum || '/' || count FROM sample_hour ORDER BY sum")
                        .query(String.class)
                        .list())
                .containsExactly("6/2", "7/1");
        assertThat(jdbc.sql("SELECT sum || '/' || count FROM sample_day ORDER BY sum")
                        .query(String.class)
                        .list())
                .containsExactly("6/2", "7/1");
        assertThat(jdbc.sql("SELECT count(*) FROM rollup_due").query(Long.class).single())
                .isZero();
    }

    @Test
    void retentionDropsWholeDays() {
        append(1, 0, 1);
        append(series(1), NOON.minus(Duration.ofDays(29)), 2);
        flush();
        jobs().runOnce();
        assertThat(inSql(1)).hasSize(2);

        clock.set(NOON.plus(Duration.ofDays(3)));
        jobs().runOnce();
        assertThat(inSql(1)).containsExactly("0s=1.0");
        assertThat(jdbc.sql("SELECT count(*) FROM sample_hour")
                        .query(Long.class)
                        .single())
                .isEqualTo(2);

        clock.set(NOON.plus(Duration.ofDays(401)));
        jobs().runOnce();
        assertThat(inSql(1)).isEmpty();
        assertThat(jdbc.sql("SELECT count(*) FROM sample_hour")
                        .query(Long.class)
                        .single())
                .isZero();
        assertThat(jdbc.sql("SELECT count(*) FROM sample_day").query(Long.class).single())
                .isEqualTo(2);
        assertThat(Arrays.asList("partitions", "rollup", "retention"))
                .allSatisfy(job -> assertThat(meters.counter("tocsin.storage.jobs", "job", job, "outcome", "failed")
                                .count())
                        .isZero());
    }

    @Test
    void theViewShowsSamplesWithTheirLabels() {
        append(1, 0, 1);
        append(1, 15, Staleness.MARKER);
        flush();
        assertThat(jdbc.sql("SELECT metric || ' ' || (labels ->> 'n') || ' ' || value FROM sample WHERE at >= ?")
                        .param(Columns.time(NOON))
                        .query(String.class)
                        .list())
                .containsExactly("test_metric 1 1");
    }
}
