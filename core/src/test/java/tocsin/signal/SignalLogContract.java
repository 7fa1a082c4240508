package tocsin.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link SignalLog} promises. */
@Timeout(60)
public abstract class SignalLogContract {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Instant START = Instant.parse("2026-01-05T10:00:00Z");

    private final AtomicReference<Instant> now = new AtomicReference<>(START);
    private SignalLog log;

    /** A new, empty log. The contract closes it. */
    protected abstract SignalLog open(InstantSource clock) throws Exception;

    @BeforeEach
    void openLog() throws Exception {
        log = open(now::get);
    }

    @AfterEach
    void closeLog() {
        log.close();
    }

    @Test
    void aNewLogIsEmpty() throws Exception {
        assertThat(log.oldest()).isEqualTo(LogPosition.START);
        assertThat(log.end()).isEqualTo(LogPosition.START);
        assertThat(log.positionAt(START)).isEqualTo(LogPosition.START);
        try (var reader = log.read(LogPosition.START)) {
            assertThat(reader.poll(Duration.ZERO)).isNull();
        }
    }

    @Test
    void whatIsAppendedIsReadBackInOrder() throws Exception {
        for (int i = 0; i < 100; i++) {
            assertThat(append(i)).isEqualTo(new LogPosition(i));
        }
        assertThat(log.end()).isEqualTo(new LogPosition(100));
        try (var reader = log.read(LogPosition.START)) {
            for (int i = 0; i < 100; i++) {
                assertThat(reader.position()).isEqualTo(new LogPosition(i));
                var record = next(reader);
                assertThat(record.position()).isEqualTo(new LogPosition(i));
                assertThat(Batches.number(record.samples())).isEqualTo(i);
            }
            assertThat(reader.poll(Duration.ZERO)).isNull();
        }
    }

    @Test
    void everySampleKeepsItsSeriesItsTimeAndEachBitOfItsValue() throws Exception {
        var builder = SampleBatch.builder(16);
        var api = Series.of("http_requests_total", "job", "api", "path", "/søk?q=\"日本\"\n");
        var db = Series.of("up", "job", "db");
        double[] values = {
            0.0,
            -0.0,
            Double.MIN_VALUE,
            Double.MAX_VALUE,
            Double.POSITIVE_INFINITY,
            Double.NaN,
            Staleness.MARKER,
            Double.longBitsToDouble(0xfff8_dead_beef_0001L)
        };
        long[] times = {0, -1, 5, Long.MAX_VALUE, Long.MIN_VALUE, 1_767_607_200_000L, 3, 3};
        for (int i = 0; i < values.length; i++) {
            builder.add(i % 2 == 0 ? api : db, times[i], values[i]);
        }
        var batch = builder.build();
        append(batch);
        try (var reader = log.read(LogPosition.START)) {
            var samples = next(reader).samples();
            assertThat(Batches.samples(samples)).isEqualTo(Batches.samples(batch));
            assertThat(Staleness.isMarker(samples.value(6))).isTrue();
            assertThat(Staleness.isMarker(samples.value(5))).isFalse();
        }
    }

    @Test
    void anEmptyBatchIsARecordToo() throws Exception {
        append(SampleBatch.builder(0).build());
        append(7);
        try (var reader = log.read(LogPosition.START)) {
            assertThat(next(reader).samples().isEmpty()).isTrue();
            assertThat(Batches.number(next(reader).samples())).isEqualTo(7);
        }
    }

    @Test
    void readingStartsAtAnyPosition() throws Exception {
        for (int i = 0; i < 20; i++) {
            append(i);
        }
        for (int from = 0; from <= 20; from++) {
            try (var reader = log.read(new LogPosition(from))) {
                for (int i = from; i < 20; i++) {
                    assertThat(Batches.number(next(reader).samples())).isEqualTo(i);
                }
                assertThat(reader.poll(Duration.ZERO)).isNull();
            }
        }
    }

    @Test
    void aPositionPastTheEndIsRefused() throws Exception {
        append(1);
        assertThatThrownBy(() -> log.read(new LogPosition(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("position 2 is past the end of the log, 1");
        assertThatThrownBy(() -> log.commit("storage", new LogPosition(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("position 2 is past the end of the log, 1");
    }

    @Test
    void aWaitingReaderIsWokenByAnAppend() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = new CountDownLatch(1);
            var numbers = threads.submit(() -> {
                var read = new ArrayList<Long>();
                try (var reader = log.read(LogPosition.START)) {
                    read.add(Batches.number(next(reader).samples()));
                    first.countDown();
                    read.add(Batches.number(next(reader).samples()));
                }
                return read;
            });
            append(1);
            assertThat(first.await(20, TimeUnit.SECONDS)).isTrue();
            append(2);
            assertThat(numbers.get(20, TimeUnit.SECONDS)).containsExactly(1L, 2L);
        }
    }

    @Test
    void aReaderThatFindsNothingWaitsAsLongAsItWasTold() throws Exception {
        try (var reader = log.read(LogPosition.START)) {
            long before = System.nanoTime();
            assertThat(reader.poll(Duration.ofMillis(30))).isNull();
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(Duration.ofMillis(29));
        }
    }

    @Test
    void aWaitingReaderCanBeInterruptedAndUsedAgain() throws Exception {
        try (var reader = log.read(LogPosition.START)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> reader.poll(LONG)).isInstanceOf(InterruptedException.class);
            append(5);
            assertThat(Batches.number(next(reader).samples())).isEqualTo(5);
        }
    }

    @Test
    void concurrentAppendsGetDensePositionsAndLoseNothing() throws Exception {
        int threads = 8;
        int each = 200;
        var tasks = new ArrayList<Callable<List<Acknowledged>>>();
        for (int thread = 0; thread < threads; thread++) {
            int base = thread * each;
            tasks.add(() -> {
                var acknowledged = new ArrayList<CompletableFuture<Acknowledged>>();
                for (int i = 0; i < each; i++) {
                    int number = base + i;
                    acknowledged.add(log.append(Batches.numbered(number))
                            .thenApply(position -> new Acknowledged(position, number)));
                }
                return acknowledged.stream().map(CompletableFuture::join).toList();
            });
        }
        var expected = new HashSet<Acknowledged>();
        try (var pool = Executors.newFixedThreadPool(threads)) {
            for (Future<List<Acknowledged>> done : pool.invokeAll(tasks)) {
                expected.addAll(done.get());
            }
        }
        var read = new HashSet<Acknowledged>();
        try (var reader = log.read(LogPosition.START)) {
            for (int i = 0; i < threads * each; i++) {
                var record = next(reader);
                assertThat(record.position().value()).isEqualTo(i);
                read.add(new Acknowledged(record.position(), Batches.number(record.samples())));
            }
        }
        assertThat(read).hasSize(threads * each).isEqualTo(expected);
    }

    private record Acknowledged(LogPosition position, long number) {}

    @Test
    void oneThreadsAppendsKeepTheirOrder() throws Exception {
        var appended = new ArrayList<CompletableFuture<LogPosition>>();
        for (int i = 0; i < 500; i++) {
            appended.add(log.append(Batches.numbered(i)));
        }
        for (int i = 0; i < 500; i++) {
            assertThat(appended.get(i).get(20, TimeUnit.SECONDS)).isEqualTo(new LogPosition(i));
        }
    }

    @Test
    void whatIsAcknowledgedCanBeReadAtOnce() throws Exception {
        try (var reader = log.read(LogPosition.START)) {
            for (int i = 0; i < 50; i++) {
                append(i);
                assertThat(Batches.number(Objects.requireNonNull(reader.poll(Duration.ZERO))
                                .samples()))
                        .isEqualTo(i);
            }
        }
    }

    @Test
    void timeOfAppendNeverRunsBackwards() throws Exception {
        append(0);
        now.set(START.minusSeconds(60));
        append(1);
        now.set(START.plusSeconds(60));
        append(2);
        try (var reader = log.read(LogPosition.START)) {
            assertThat(next(reader).appendedAt()).isEqualTo(START);
            assertThat(next(reader).appendedAt()).isEqualTo(START);
            assertThat(next(reader).appendedAt()).isEqualTo(START.plusSeconds(60));
        }
    }

    @Test
    void aPositionIsFoundByTime() throws Exception {
        for (int i = 0; i < 10; i++) {
            now.set(START.plusSeconds(10 * (i / 2)));
            append(i);
        }
        assertThat(log.positionAt(START.minusSeconds(1))).isEqualTo(LogPosition.START);
        assertThat(log.positionAt(START)).isEqualTo(LogPosition.START);
        assertThat(log.positionAt(START.plusSeconds(1))).isEqualTo(new LogPosition(2));
        assertThat(log.positionAt(START.plusSeconds(20))).isEqualTo(new LogPosition(4));
        assertThat(log.positionAt(START.plusSeconds(40))).isEqualTo(new LogPosition(8));
        assertThat(log.positionAt(START.plusSeconds(41))).isEqualTo(log.end());
    }

    @Test
    void eachConsumerHasItsOwnPosition() throws Exception {
        append(0);
        append(1);
        assertThat(log.committed("storage")).isEmpty();
        log.commit("storage", new LogPosition(1));
        log.commit("live", new LogPosition(2));
        assertThat(log.committed("storage")).contains(new LogPosition(1));
        assertThat(log.committed("live")).contains(new LogPosition(2));
    }

    @Test
    void anEarlierCommitChangesNothing() throws Exception {
        append(0);
        append(1);
        log.commit("storage", new LogPosition(2));
        log.commit("storage", new LogPosition(1));
        assertThat(log.committed("storage")).contains(new LogPosition(2));
    }

    @Test
    void aClosedLogRefusesAppendsAndTellsItsReaders() throws Exception {
        append(0);
        try (var reader = log.read(LogPosition.START);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            next(reader);
            var waiting = threads.submit(() -> reader.poll(LONG));
            log.close();
            assertThatThrownBy(() -> waiting.get(20, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the log is closed");
        }
        assertThatThrownBy(() -> log.append(Batches.numbered(1)).get(20, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the log is closed");
        log.close(); // again, which does nothing
    }

    @Test
    void aClosedReaderIsNotRead() throws Exception {
        append(0);
        var reader = log.read(LogPosition.START);
        reader.close();
        assertThatThrownBy(() -> reader.poll(Duration.ZERO))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the reader is closed");
    }

    private LogPosition append(long number) throws Exception {
        return append(Batches.numbered(number));
    }

    private LogPosition append(SampleBatch batch) throws Exception {
        return log.append(batch).get(20, TimeUnit.SECONDS);
    }

    private static LogRecord next(LogReader reader) throws InterruptedException {
        return Objects.requireNonNull(reader.poll(LONG), "nothing came within " + LONG);
    }
}
