package tocsin.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static tocsin.engine.log.LogFiles.append;
import static tocsin.engine.log.LogFiles.numbers;
import static tocsin.engine.log.LogFiles.positions;
import static tocsin.engine.log.LogFiles.records;
import static tocsin.engine.log.LogFiles.segments;

import ch.qos.logback.classic.Level;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tocsin.signal.LogPosition;

@Timeout(120)
class SegmentFileLogRestartTest {
    private static final Instant START = Instant.parse("2026-01-05T10:00:00Z");

    @TempDir
    private Path directory;

    private final AtomicReference<Instant> now = new AtomicReference<>(START);
    private SimpleMeterRegistry meters = new SimpleMeterRegistry();

    private SegmentFileLog open() {
        return open(LogPosition.START);
    }

    private SegmentFileLog open(LogPosition neverBefore) {
        meters = new SimpleMeterRegistry();
        var settings = Settings.in(directory).segmentBytes(1024).syncInterval(Duration.ZERO);
        return SegmentFileLog.open(settings.build(), now::get, meters, neverBefore);
    }

    private static List<Long> range(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }

    @Test
    void goesOnWhereItStopped() throws Exception {
        for (int start = 0; start < 5; start++) {
            try (var log = open()) {
                assertThat(log.end()).isEqualTo(new LogPosition(start * 50L));
                assertThat(numbers(log)).isEqualTo(range(0, start * 50L));
                append(log, start * 50L, start * 50L + 50);
                assertThat(positions(records(log))).isEqualTo(range(0, start * 50L + 50));
            }
        }
        assertThat(segments(directory)).hasSize(10);
    }

    @Test
    void startsWithoutAppendsLeaveNoFilesBehind() throws Exception {
        open().close();
        open().close();
        assertThat(segments(directory)).isEmpty();
        try (var log = open()) {
            append(log, 0);
        }
        open().close();
        assertThat(segments(directory)).hasSize(1);
    }

    @Test
    void timeOfAppendNeverRunsBackwardsAcrossARestart() throws Exception {
        try (var log = open()) {
            append(log, 0);
        }
        now.set(START.minusSeconds(3600));
        try (var log = open()) {
            append(log, 1);
            assertThat(records(log)).extracting(record -> record.appendedAt()).containsExactly(START, START);
            assertThat(log.positionAt(START)).isEqualTo(LogPosition.START);
            assertThat(log.positionAt(START.plusNanos(1))).isEqualTo(log.end());
        }
    }

    @Test
    void aPositionIsFoundByTimeAcrossSegments() throws Exception {
        try (var log = open()) {
            for (int i = 0; i < 200; i++) {
                now.set(START.plusMillis(i / 3));
                append(log, i);
            }
            assertThat(segments(directory)).hasSizeGreaterThan(4);
        }
        try (var log = open()) {
            for (int millis = 0; millis <= 66; millis++) {
                assertThat(log.positionAt(START.plusMillis(millis)).value()).isEqualTo(millis * 3L);
            }
            assertThat(log.positionAt(START.plusMillis(67))).isEqualTo(log.end());
            assertThat(log.positionAt(START.minusSeconds(1))).isEqualTo(LogPosition.START);
        }
    }

    @Test
    void consumersAreRememberedAndForgotten() throws Exception {
        try (var log = open()) {
            append(log, 0, 3);
            log.commit("storage", new LogPosition(2));
            log.commit("live.series", new LogPosition(3));
        }
        try (var log = open()) {
            assertThat(log.committed("storage")).contains(new LogPosition(2));
            assertThat(log.committed("live.series")).contains(new LogPosition(3));
            log.forget("storage");
        }
        try (var log = open()) {
            assertThat(log.committed("storage")).isEmpty();
            assertThatThrownBy(() -> log.commit("no spaces", LogPosition.START))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("consumer name \"no spaces\" is not allowed");
        }
    }

    @Test
    void consumersAreStoredWhileTheLogRuns() throws Exception {
        try (var log = open()) {
            append(log, 0);
            log.commit("storage", new LogPosition(1));
            log.tend();
            assertThat(Files.readString(directory.resolve("consumers"))).isEqualTo("storage 1\n");
        }
    }

    /** A crash can stop a write at any byte. */
    @Test
    void aTornTailIsCutAtEveryByte() throws Exception {
        long whole;
        long two;
        try (var log = open()) {
            append(log, 0, 2);
            two = Files.size(segments(directory).getFirst());
            append(log, 2);
            whole = Files.size(segments(directory).getFirst());
        }
        byte[] original = Files.readAllBytes(segments(directory).getFirst());
        for (long size = two; size < whole; size++) {
            Path file = onlySegment();
            Files.write(file, original);
            LogFiles.cut(file, size);
            expectTwoRecords(size - two);
        }
    }

    /** After a loss of power the file may have its new size, and zeros or rubbish instead of what was written. */
    @Test
    void aTailOfZerosOrRubbishIsCut() throws Exception {
        try (var log = open()) {
            append(log, 0, 2);
        }
        byte[] original = Files.readAllBytes(segments(directory).getFirst());
        for (int rubbish : new int[] {0, 1, 0x7F, 0xFF}) {
            for (int length : new int[] {1, 7, 8, 16, 17, 18, 300}) {
                byte[] torn = Arrays.copyOf(original, original.length + length);
                Arrays.fill(torn, original.length, torn.length, (byte) rubbish);
                Files.write(onlySegment(), torn);
                expectTwoRecords(length);
            }
        }
    }

    private Path onlySegment() throws IOException {
        for (Path file : segments(directory)) {
            Files.delete(file);
        }
        return directory.resolve(SegmentHeader.fileName(0));
    }

    private void expectTwoRecords(long tornBytes) throws Exception {
        try (var said = new CapturedLog();
                var log = open()) {
            assertThat(numbers(log)).containsExactly(0L, 1L);
            assertThat(meters.counter("tocsin.log.torn.bytes").count()).isEqualTo((double) tornBytes);
            assertThat(said.messages(Level.WARN)).hasSize(tornBytes == 0 ? 0 : 1);
            assertThat(append(log, 7)).isEqualTo(new LogPosition(2));
            assertThat(numbers(log)).containsExactly(0L, 1L, 7L);
            assertThat(said.messages(Level.ERROR)).isEmpty();
        }
        try (var log = open()) {
            assertThat(numbers(log)).containsExactly(0L, 1L, 7L);
        }
    }

    @Test
    void aTornTailIsReportedOnceWithFilePlaceAndSize() throws Exception {
        try (var log = open()) {
            append(log, 0);
        }
        Path file = segments(directory).getFirst();
        long size = Files.size(file);
        Files.write(file, new byte[5], StandardOpenOption.APPEND);
        try (var said = new CapturedLog();
                var log = open()) {
            assertThat(said.messages(Level.WARN))
                    .containsExactly(
                            "The log segment %s ended in an unfinished record: cut 5 bytes at byte %d. They were never acknowledged"
                                    .formatted(file, size));
            assertThat(log.end()).isEqualTo(new LogPosition(1));
        }
        try (var said = new CapturedLog();
                var log = open()) {
            assertThat(said.messages(Level.WARN)).isEmpty();
            assertThat(log.end()).isEqualTo(new LogPosition(1));
        }
    }

    @Test
    void damageInAnOlderSegmentCostsTheRestOfThatSegmentOnly() throws Exception {
        try (var log = open()) {
            append(log, 0, 200);
        }
        var files = segments(directory);
        long second = SegmentHeader.firstOf(files.get(1));
        long third = SegmentHeader.firstOf(files.get(2));
        byte[] original = Files.readAllBytes(files.get(1));
        for (int at = SegmentHeader.BYTES; at < original.length; at += 13) {
            Files.write(files.get(1), original);
            LogFiles.corrupt(files.get(1), at);
            try (var said = new CapturedLog();
                    var log = open()) {
                assertThat(log.end()).isEqualTo(new LogPosition(200));
                var read = numbers(log);
                assertThat(read).isEqualTo(positions(records(log)));
                assertThat(read).containsAll(range(0, second)).containsAll(range(third, 200));
                double lost = meters.counter("tocsin.log.damaged.records").count();
                assertThat(lost).isEqualTo(200.0 - read.size()).isPositive();
                assertThat(said.messages(Level.ERROR))
                        .singleElement()
                        .asString()
                        .contains(files.get(1).toString(), "is damaged", "skipped");
            }
        }
    }

    @Test
    void aMissingSegmentIsSkipped() throws Exception {
        try (var log = open()) {
            append(log, 0, 200);
        }
        var files = segments(directory);
        Files.delete(files.get(1));
        try (var log = open()) {
            assertThat(log.end()).isEqualTo(new LogPosition(200));
            assertThat(numbers(log)).startsWith(0L).endsWith(199L).isEqualTo(positions(records(log)));
        }
    }

    /** Good records after the damage were acknowledged, so their positions must not be used again. */
    @Test
    void damageInTheMiddleOfTheLastSegmentDoesNotReusePositions() throws Exception {
        try (var log = open()) {
            append(log, 0, 10);
        }
        Path file = segments(directory).getFirst();
        LogFiles.corrupt(file, (int) Files.size(file) / 2);
        try (var said = new CapturedLog();
                var log = open()) {
            assertThat(log.end()).isEqualTo(new LogPosition(10));
            append(log, 10);
            assertThat(numbers(log)).startsWith(0L).endsWith(10L).hasSizeBetween(4, 8);
            assertThat(said.messages(Level.ERROR)).hasSize(1);
            assertThat(meters.counter("tocsin.log.torn.bytes").count()).isZero();
        }
    }

    @Test
    void aDamagedHeaderCostsNothing() throws Exception {
        try (var log = open()) {
            append(log, 0, 60);
        }
        for (Path file : segments(directory)) {
            LogFiles.corrupt(file, 9);
        }
        try (var log = open()) {
            assertThat(numbers(log)).isEqualTo(range(0, 60));
        }
    }

    @Test
    void positionsThatAConsumerHasSeenAreNotUsedAgainWhenTheFilesAreLost() throws Exception {
        try (var log = open()) {
            append(log, 0, 60);
            log.commit("storage", new LogPosition(55));
        }
        for (Path file : segments(directory)) {
            Files.delete(file);
        }
        try (var said = new CapturedLog();
                var log = open(new LogPosition(40))) {
            assertThat(said.messages(Level.WARN)).singleElement().asString().contains("position 0", "up to 55");
            assertThat(log.oldest()).isEqualTo(log.end()).isEqualTo(new LogPosition(55));
            assertThat(append(log, 1)).isEqualTo(new LogPosition(55));
        }
        try (var log = open(new LogPosition(100));
                var reader = log.read(LogPosition.START)) {
            assertThat(append(log, 2)).isEqualTo(new LogPosition(100));
            assertThat(positions(LogFiles.rest(reader))).containsExactly(55L, 100L);
        }
    }

    @Test
    void aSecondLogInTheSameDirectoryIsRefused() throws Exception {
        try (var log = open()) {
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatThrownBy(this::open)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContainingAll(directory.toString(), "in use by this process", "Stop that one");
            }
            append(log, 0);
        }
        try (var log = open()) {
            assertThat(numbers(log)).containsExactly(0L);
        }
    }

    @Test
    void aLogOfAnotherVersionIsRefused() throws Exception {
        var header = new byte[SegmentHeader.BYTES];
        new SegmentHeader(0, 0).encode().get(header);
        header[7] = '2';
        var crc = new CRC32C();
        crc.update(header, 0, header.length - Integer.BYTES);
        ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).putInt(header.length - Integer.BYTES, (int)
                crc.getValue());
        Files.write(directory.resolve(SegmentHeader.fileName(0)), header);
        assertThatThrownBy(this::open)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("was written by another version of Tocsin");
    }

    @Test
    void aDamagedConsumerFileIsRefusedWithAdvice() throws Exception {
        Files.writeString(directory.resolve("consumers"), "storage twelve\n");
        assertThatThrownBy(this::open)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("storage twelve", "Delete it");
        Files.delete(directory.resolve("consumers"));
        open().close();
    }
}
