package tocsin.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tocsin.signal.Batches;
import tocsin.signal.LogPosition;
import tocsin.signal.LogReader;
import tocsin.signal.SampleBatch;
import tocsin.signal.Series;
import tocsin.signal.SignalLog;
import tocsin.signal.Staleness;

/** Whatever is put in comes out, bit by bit, for every kind of reader. */
@Timeout(60)
class RandomBatchesTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    private Path directory;

    private SegmentFileLog open(long segmentBytes) {
        var settings = Settings.in(directory).segmentBytes(segmentBytes).syncInterval(Duration.ofMillis(1));
        return SegmentFileLog.open(settings.build(), InstantSource.system(), new SimpleMeterRegistry());
    }

    @RepeatedTest(20)
    void randomBatchesComeBack(RepetitionInfo seed) throws Exception {
        var random = new Random(seed.getCurrentRepetition());
        long segmentBytes = 1024L << random.nextInt(8);
        var pool = series(random, 1 + random.nextInt(400));
        var expected = new ArrayList<List<String>>();
        try (var log = open(segmentBytes);
                var tail = log.read(LogPosition.START)) {
            for (int round = 0; round < 5; round++) {
                expected.addAll(appendSome(log, pool, random));
                readTo(tail, expected);
                readFromSomewhere(log, expected, random);
            }
        }
        try (var log = open(segmentBytes)) {
            readFromSomewhere(log, expected, random);
            expected.addAll(appendSome(log, pool, random));
            try (var reader = log.read(LogPosition.START)) {
                readTo(reader, expected);
            }
        }
    }

    private static List<List<String>> appendSome(SignalLog log, List<Series> pool, Random random) {
        var appended = new ArrayList<List<String>>();
        var done = new ArrayList<CompletableFuture<LogPosition>>();
        for (int i = random.nextInt(20); i >= 0; i--) {
            var batch = batch(random, pool);
            appended.add(Batches.samples(batch));
            done.add(log.append(batch));
        }
        done.forEach(CompletableFuture::join);
        return appended;
    }

    private static void readFromSomewhere(SignalLog log, List<List<String>> expected, Random random) throws Exception {
        try (var reader = log.read(new LogPosition(random.nextInt(expected.size() + 1)))) {
            readTo(reader, expected);
        }
    }

    private static void readTo(LogReader reader, List<List<String>> expected) throws Exception {
        for (long position = reader.position().value(); position < expected.size(); position++) {
            var record = Objects.requireNonNull(reader.poll(LONG));
            assertThat(record.position().value()).isEqualTo(position);
            assertThat(Batches.samples(record.samples())).isEqualTo(expected.get((int) position));
        }
        assertThat(reader.poll(Duration.ZERO)).isNull();
    }

    private static SampleBatch batch(Random random, List<Series> pool) {
        int size = random.nextInt(10) == 0 ? 0 : random.nextInt(200);
        var batch = SampleBatch.builder(size);
        long time = 1_767_607_200_000L + random.nextInt(1_000_000);
        for (int i = 0; i < size; i++) {
            batch.add(pool.get(random.nextInt(pool.size())), time(random, time), value(random));
            time += random.nextInt(3) * 5_000L;
        }
        return batch.build();
    }

    private static long time(Random random, long usual) {
        return switch (random.nextInt(30)) {
            case 0 -> random.nextLong();
            case 1 -> Long.MIN_VALUE;
            case 2 -> Long.MAX_VALUE;
            default -> usual;
        };
    }

    private static double value(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> Staleness.MARKER;
            case 1 -> Double.longBitsToDouble(0x7ff0_0000_0000_0000L | random.nextLong(1L << 52)); // NaN of each kind
            case 2 -> Double.longBitsToDouble(random.nextLong());
            default -> random.nextInt(100);
        };
    }

    private static List<Series> series(Random random, int count) {
        var pool = new ArrayList<Series>();
        for (int i = 0; i < count; i++) {
            pool.add(Series.of("metric_" + random.nextInt(5), "id", "i" + i, "text", text(random), text(random), "x"));
        }
        return pool;
    }

    private static String text(Random random) {
        var text = new StringBuilder("l");
        for (int i = random.nextInt(12); i > 0; i--) {
            int point = random.nextInt(0x10000);
            text.appendCodePoint(Character.isDefined(point) && !isSurrogate(point) ? point : 0x1F514);
        }
        return text.toString();
    }

    private static boolean isSurrogate(int point) {
        return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
    }

    @Test
    void aHugeBatchComesBack() throws Exception {
        int size = 400_000;
        var builder = SampleBatch.builder(size);
        var pool = series(new Random(1), 20_000);
        for (int i = 0; i < size; i++) {
            builder.add(pool.get(i % pool.size()), i, i);
        }
        var batch = builder.build();
        try (var log = open(1024)) {
            LogFiles.append(log, 1);
            log.append(batch).join();
            LogFiles.append(log, 2);
            var records = LogFiles.records(log);
            assertThat(records).hasSize(3);
            var samples = records.get(1).samples();
            assertThat(samples.size()).isEqualTo(size);
            for (int i = 0; i < size; i++) {
                if (!samples.series(i).equals(batch.series(i)) || samples.value(i) != i || samples.timeMillis(i) != i) {
                    throw new AssertionError("sample " + i + " differs");
                }
            }
        }
    }

    @Test
    void aBatchThatNoRecordCanHoldIsRefusedAndHarmsNothing() throws Exception {
        int size = 2_950_000;
        var builder = SampleBatch.builder(size);
        var series = Series.of("huge");
        for (int i = 0; i < size; i++) {
            builder.add(series, i, i);
        }
        try (var log = open(1024)) {
            LogFiles.append(log, 1);
            var refused = log.append(builder.build());
            assertThatThrownBy(refused::join)
                    .cause()
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("send smaller batches");
            LogFiles.append(log, 2);
            assertThat(LogFiles.numbers(log)).containsExactly(1L, 2L);
        }
    }
}
