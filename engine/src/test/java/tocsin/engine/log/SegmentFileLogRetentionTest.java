package tocsin.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static tocsin.engine.log.LogFiles.append;
import static tocsin.engine.log.LogFiles.numbers;
import static tocsin.engine.log.LogFiles.positions;
import static tocsin.engine.log.LogFiles.records;
import static tocsin.engine.log.LogFiles.segments;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tocsin.signal.LogFullException;
import tocsin.signal.LogPosition;
import tocsin.signal.SampleBatch;
import tocsin.signal.Series;

/** Segments of 1 KiB, 8 KiB in all, a day. */
@Timeout(60)
class SegmentFileLogRetentionTest {
    private static final Instant START = Instant.parse("2026-01-05T10:00:00Z");
    private static final long MAX_BYTES = 8 * 1024;

    @TempDir
    private Path directory;

    private final AtomicReference<Instant> now = new AtomicReference<>(START);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private SegmentFileLog log;

    @BeforeEach
    void open() {
        var settings = Settings.in(directory)
                .segmentBytes(1024)
                .maxBytes(MAX_BYTES)
                .maxAge(Duration.ofDays(1))
                .syncInterval(Duration.ZERO);
        log = SegmentFileLog.open(settings.build(), now::get, meters);
    }

    @AfterEach
    void close() {
        log.close();
    }

    private static List<Long> range(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }

    /** Append hour by hour, so that each segment spans three hours. */
    private void appendHours(int from, int to) throws Exception {
        for (int hour = from; hour < to; hour++) {
            now.set(START.plus(Duration.ofHours(hour)));
            append(log, hour);
        }
    }

    @Test
    void whatIsOlderThanTheMaximumAgeGoes() throws Exception {
        appendHours(0, 48);
        log.tend();
        assertThat(log.oldest().value()).isBetween(19L, 24L);
        assertThat(numbers(log)).isEqualTo(range(log.oldest().value(), 48));
        assertThat(Files.exists(directory.resolve(SegmentHeader.fileName(0)))).isFalse();
        assertThat(meters.get("tocsin.log.oldest.age.seconds").gauge().value()).isBetween(86_000.0, 86_400 * 1.2);
    }

    @Test
    void ageNeverTakesWhatAConsumerStillNeeds() throws Exception {
        log.commit("storage", LogPosition.START);
        appendHours(0, 48);
        log.commit("live", new LogPosition(48));
        log.tend();
        assertThat(log.oldest()).isEqualTo(LogPosition.START);
        log.commit("storage", new LogPosition(10));
        log.tend();
        assertThat(log.oldest().value()).isBetween(7L, 10L);
        log.forget("storage");
        log.tend();
        assertThat(log.oldest().value()).isBetween(19L, 24L);
    }

    @Test
    void positionsGoOnWhenEverythingHasAged() throws Exception {
        appendHours(0, 10);
        now.set(START.plus(Duration.ofDays(30)));
        log.tend();
        close();
        open();
        log.tend();
        long end = log.end().value();
        assertThat(end).isEqualTo(10);
        assertThat(append(log, 10)).isEqualTo(new LogPosition(10));
    }

    @Test
    void aFullLogRefusesRatherThanLoseWhatAConsumerNeeds() throws Exception {
        log.commit("storage", LogPosition.START);
        long accepted = appendUntilFull();
        assertThat(accepted).isGreaterThan(150);
        assertThat(numbers(log)).isEqualTo(range(0, accepted)).isEqualTo(positions(records(log)));
        assertThat(bytesOnDisk()).isBetween(MAX_BYTES - 100, MAX_BYTES);
        assertThat(meters.get("tocsin.log.size.bytes").gauge().value()).isEqualTo((double) bytesOnDisk());
        assertThat(meters.get("tocsin.log.refused")
                        .tag("reason", "size")
                        .counter()
                        .count())
                .isEqualTo(1);

        log.commit("storage", new LogPosition(accepted / 2));
        append(log, accepted);
        assertThat(numbers(log)).endsWith(accepted).contains(accepted / 2);
        assertThat(log.oldest().value()).isBetween(1L, accepted / 2);
    }

    @Test
    void aFullLogIsStillFullAfterARestart() throws Exception {
        log.commit("storage", LogPosition.START);
        long accepted = appendUntilFull();
        close();
        open();
        assertThat(numbers(log)).isEqualTo(range(0, accepted));
        assertThat(appendUntilFull()).isZero();
        assertThat(numbers(log)).isEqualTo(range(0, accepted));
    }

    private long appendUntilFull() throws Exception {
        for (long number = 0; number < 10_000; number++) {
            try {
                append(log, number);
            } catch (ExecutionException e) {
                assertThat(e.getCause())
                        .isInstanceOf(LogFullException.class)
                        .hasMessageContaining("the log is full")
                        .hasMessageContaining("of 8192 bytes are used, and consumer \"storage\" still needs everything"
                                + " from position 0 on");
                return number;
            }
        }
        throw new AssertionError("never full");
    }

    private long bytesOnDisk() throws Exception {
        long bytes = 0;
        for (Path file : segments(directory)) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    @Test
    void withoutConsumersTheOldestGiveWay() throws Exception {
        append(log, 0, 1_000);
        assertThat(bytesOnDisk()).isLessThanOrEqualTo(MAX_BYTES);
        assertThat(log.oldest().value()).isBetween(600L, 900L);
        assertThat(numbers(log)).isEqualTo(range(log.oldest().value(), 1_000));
    }

    @Test
    void aReaderGoesOnAtTheOldestRecord() throws Exception {
        append(log, 0, 10);
        try (var reader = log.read(LogPosition.START);
                var behind = log.read(LogPosition.START)) {
            assertThat(reader.poll(Duration.ZERO)).isNotNull();
            append(log, 10, 1_000);
            var seen = positions(LogFiles.rest(reader));
            assertThat(seen).isSorted().doesNotHaveDuplicates().endsWith(999L);
            assertThat(seen).containsAll(range(log.oldest().value(), 1_000));
            assertThat(behind.position()).isEqualTo(log.oldest());
            assertThat(positions(LogFiles.rest(behind)))
                    .isEqualTo(range(log.oldest().value(), 1_000));
            assertThat(meters.counter("tocsin.log.missed.records").count()).isPositive();
        }
    }

    @Test
    void aBatchThatIsRefusedLeavesNoTrace() throws Exception {
        log.commit("storage", LogPosition.START);
        long accepted = appendUntilFull();
        for (int i = 0; i < 20; i++) { // with series that are new each time
            var batch = SampleBatch.builder(1)
                    .add(Series.of("refused", "id", "x" + i), 1, i)
                    .build();
            assertThatThrownBy(() -> log.append(batch).join()).hasCauseInstanceOf(LogFullException.class);
        }
        log.commit("storage", log.end());
        var batch = SampleBatch.builder(1)
                .add(Series.of("taken", "id", "x19"), 1, 2)
                .build();
        assertThat(log.append(batch).join()).isEqualTo(new LogPosition(accepted));
        close();
        open();
        assertThat(records(log).getLast().samples().series(0)).isEqualTo(Series.of("taken", "id", "x19"));
    }
}
