package tocsin.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static tocsin.engine.log.LogFiles.append;
import static tocsin.engine.log.LogFiles.numbers;
import static tocsin.engine.log.LogFiles.positions;
import static tocsin.engine.log.LogFiles.records;

import ch.qos.logback.classic.Level;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tocsin.engine.log.TestDisk.Operation;
import tocsin.signal.Batches;
import tocsin.signal.LogFullException;
import tocsin.signal.LogPosition;

/** When the disk is slow, fails or loses power. */
@Timeout(60)
class SegmentFileLogDiskTest {
    @TempDir
    private Path directory;

    private final TestDisk disk = new TestDisk();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    private Settings settings() {
        return Settings.in(directory).syncInterval(Duration.ZERO);
    }

    private SegmentFileLog open(Settings settings) {
        return SegmentFileLog.open(settings.build(), InstantSource.system(), meters, LogPosition.START, disk);
    }

    private static List<Long> range(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }

    @Test
    void nothingIsAcknowledgedOrReadBeforeItIsSynced() throws Exception {
        try (var log = open(settings());
                var reader = log.read(LogPosition.START)) {
            var held = disk.holdForces();
            var appended = log.append(Batches.numbered(1));
            assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(appended).isNotDone();
            assertThat(log.end()).isEqualTo(LogPosition.START);
            assertThat(reader.poll(Duration.ZERO)).isNull();
            disk.letForcesGo();
            assertThat(reader.poll(Duration.ofSeconds(20))).isNotNull();
            assertThat(appended.get(20, TimeUnit.SECONDS)).isEqualTo(LogPosition.START);
        }
    }

    @Test
    void aWriteAfterAPauseIsSyncedAtOnceAndTheNextOnesTogether() throws Exception {
        var together = new ArrayList<CompletableFuture<LogPosition>>();
        try (var log = open(settings().syncInterval(Duration.ofMinutes(1)))) {
            append(log, 0); // would time out otherwise
            for (int i = 1; i <= 100; i++) {
                together.add(log.append(Batches.numbered(i)));
            }
        }
        assertThat(together).allSatisfy(done -> assertThat(done).isCompleted());
        assertThat(disk.forces()).isEqualTo(2); // the second when the log was closed
    }

    @Test
    void aGroupIsSyncedWhenItsTimeHasCome() throws Exception {
        try (var log = open(settings().syncInterval(Duration.ofMillis(20)))) {
            append(log, 0, 5);
            assertThat(disk.forces()).isEqualTo(5);
        }
    }

    @Test
    void withoutAnIntervalEachWriteIsSynced() throws Exception {
        try (var log = open(settings())) {
            append(log, 0, 30);
            assertThat(disk.forces()).isEqualTo(30);
            assertThat(meters.get("tocsin.log.sync").timer().count()).isEqualTo(30);
            assertThat(meters.counter("tocsin.log.records").count()).isEqualTo(30);
            assertThat(meters.counter("tocsin.log.samples").count()).isEqualTo(30);
        }
    }

    @Test
    void aSlowDiskFillsTheQueueAndNotTheMemory() throws Exception {
        try (var log = open(settings().queueBatches(10))) {
            var held = disk.holdForces();
            var taken = new ArrayList<CompletableFuture<LogPosition>>();
            for (int i = 0; i < 10; i++) {
                taken.add(log.append(Batches.numbered(i)));
            }
            assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(meters.get("tocsin.log.queue.batches").gauge().value()).isEqualTo(10);
            assertThatThrownBy(() -> log.append(Batches.numbered(10)).get(20, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOf(LogFullException.class)
                    .hasMessageContaining("the log's queue is full: 10 batches");
            assertThat(meters.get("tocsin.log.refused")
                            .tag("reason", "queue")
                            .counter()
                            .count())
                    .isEqualTo(1);
            disk.letForcesGo();
            for (var done : taken) {
                done.get(20, TimeUnit.SECONDS);
            }
            append(log, 10);
            assertThat(numbers(log)).isEqualTo(range(0, 11));
            assertThat(meters.get("tocsin.log.queue.bytes").gauge().value()).isZero();
        }
    }

    @Test
    void theQueueIsBoundedByMemoryToo() throws Exception {
        try (var log = open(settings().queueBytes(1000))) {
            var held = disk.holdForces();
            var first = log.append(Batches.numbered(0));
            assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
            var refused = new ArrayList<CompletableFuture<LogPosition>>();
            for (int i = 0; i < 10; i++) {
                refused.add(log.append(Batches.numbered(1)));
            }
            assertThat(refused)
                    .filteredOn(CompletableFuture::isCompletedExceptionally)
                    .hasSizeBetween(7, 9);
            disk.letForcesGo();
            first.get(20, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Operation.class,
            names = {"WRITE", "FORCE"})
    void whatTheDiskRefusesIsNotInTheLog(Operation operation) throws Exception {
        expectRecovery(5, operation);
    }

    @ParameterizedTest
    @EnumSource(
            value = Operation.class,
            names = {"WRITE", "FORCE"})
    void theFirstWriteOfASegmentMayFailAsWell(Operation operation) throws Exception {
        expectRecovery(0, operation);
    }

    @Test
    void aDiskThatCanNoLongerDoAnythingIsSurvived() throws Exception {
        expectRecovery(5, Operation.values());
    }

    @Test
    void noFileCanBeMade() throws Exception {
        expectRecovery(0, Operation.CREATE);
    }

    private void expectRecovery(int before, Operation... operations) throws Exception {
        try (var said = new CapturedLog();
                var log = open(settings());
                var reader = log.read(LogPosition.START)) {
            append(log, 0, before);
            assertThat(numbers(LogFiles.rest(reader))).isEqualTo(range(0, before));
            disk.fail(operations);
            for (int i = 0; i < 10; i++) {
                assertThatThrownBy(() -> append(log, 99))
                        .cause()
                        .isInstanceOf(UncheckedIOException.class)
                        .hasMessageContaining(directory.toString());
                assertThat(reader.poll(Duration.ZERO)).isNull();
            }
            assertThat(meters.get("tocsin.log.failing").gauge().value()).isEqualTo(1);
            assertThat(said.messages(Level.ERROR)).singleElement().asString().contains("cannot write");
            disk.heal();
            assertThat(append(log, before)).isEqualTo(new LogPosition(before));
            append(log, before + 1);
            assertThat(numbers(LogFiles.rest(reader))).isEqualTo(range(before, before + 2));
            assertThat(said.messages(Level.INFO)).singleElement().asString().contains("10 batches were refused");
            assertThat(meters.get("tocsin.log.failing").gauge().value()).isZero();
            assertThat(meters.counter("tocsin.log.failures").count()).isEqualTo(10);
        }
        try (var said = new CapturedLog();
                var log = open(settings())) {
            assertThat(numbers(log)).isEqualTo(range(0, before + 2)).isEqualTo(positions(records(log)));
            assertThat(said.messages(Level.ERROR)).isEmpty();
        }
    }

    @Test
    void closingWhileTheDiskFailsDoesNotHang() throws Exception {
        CompletableFuture<LogPosition> last;
        try (var log = open(settings().syncInterval(Duration.ofMinutes(1)))) {
            append(log, 0);
            disk.fail(Operation.FORCE);
            last = log.append(Batches.numbered(1));
        }
        assertThat(last).isCompletedExceptionally();
        disk.heal();
        try (var log = open(settings())) {
            assertThat(numbers(log)).containsExactly(0L);
        }
    }

    /** Only what was synced survives; of the rest any part may be there, or zeros in its place. */
    @RepeatedTest(30)
    void aLossOfPowerTakesNothingThatWasAcknowledged(RepetitionInfo seed) throws Exception {
        var random = new Random(seed.getCurrentRepetition());
        var acknowledged = ConcurrentHashMap.<Long>newKeySet();
        var enough = new CountDownLatch(1 + random.nextInt(300));
        var settings = settings().segmentBytes(2048).syncInterval(Duration.ofMillis(random.nextInt(4)));
        try (var log = open(settings)) {
            try (var threads = Executors.newFixedThreadPool(2)) {
                for (int thread = 0; thread < 2; thread++) {
                    long base = thread * 1_000_000L;
                    threads.execute(() -> appendUntilPowerFails(log, base, acknowledged, enough));
                }
                enough.await();
                disk.fail(Operation.values());
            }
        }
        for (var file : disk.durable().entrySet()) {
            losePower(file.getKey(), file.getValue(), random);
        }
        disk.heal();
        try (var log = open(settings)) {
            var read = numbers(log);
            assertThat(read).doesNotHaveDuplicates();
            assertThat(new HashSet<>(read)).containsAll(acknowledged);
            assertThat(positions(records(log))).isEqualTo(range(0, read.size()));
            assertThat(append(log, 7)).isEqualTo(new LogPosition(read.size()));
        }
    }

    private static void appendUntilPowerFails(
            SegmentFileLog log, long base, Set<Long> acknowledged, CountDownLatch enough) {
        var last = new CompletableFuture<LogPosition>();
        for (long i = 0; !last.isCompletedExceptionally(); i++) {
            long number = base + i;
            last = log.append(Batches.numbered(number)).whenComplete((position, failure) -> {
                if (failure == null) {
                    acknowledged.add(number);
                    enough.countDown();
                }
            });
            if (i % 8 == 0) {
                last.exceptionally(failure -> LogPosition.START).join();
            }
        }
    }

    private static void losePower(Path file, long durable, Random random) throws IOException {
        long size = Files.size(file);
        long kept = durable + random.nextLong(size - durable + 1);
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(kept);
            if (random.nextBoolean()) {
                channel.write(ByteBuffer.allocate((int) (size - kept)), kept);
            }
        }
    }
}
