package tocsin.engine.pipeline;

import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tocsin.alert.Alert;
import tocsin.alert.Transition;
import tocsin.engine.pipeline.StepWriter.Progress;
import tocsin.signal.LogPosition;
import tocsin.signal.LogReader;
import tocsin.signal.LogRecord;
import tocsin.signal.SignalLog;

/**
 * The one thread that touches the {@link Detector}: reads the log, lets time pass while the log is quiet, and runs what
 * others ask for between two records.
 */
final class EvaluationThread implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(EvaluationThread.class);

    /** How long a rule or a person waits at most for this thread while the log is quiet. */
    private static final Duration POLL = Duration.ofMillis(10);

    /** Pause before the log is tried again after it could not be read. */
    private static final Duration RETRY = Duration.ofSeconds(1);

    private record Command<T>(Callable<T> work, CompletableFuture<T> done) {
        void run() {
            try {
                done.complete(work.call());
            } catch (Exception e) {
                done.completeExceptionally(e);
            }
        }
    }

    private final SignalLog log;
    private final Detector detector;
    private final StepWriter writer;
    private final WarmUp warmUp;
    private final InstantSource wallClock;
    private final DetectionSettings settings;
    private final Timer timer;
    private final AlertCounts counts;
    private final Queue<Command<?>> commands = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Void> live = new CompletableFuture<>();
    private final Thread thread = Thread.ofPlatform().name("detection").daemon().unstarted(this::run);

    private LogPosition next; // the record after the one at hand
    private volatile LogPosition position; // the first record that is not evaluated
    private volatile Instant clock = Instant.EPOCH;
    private volatile boolean stopping;
    private volatile boolean paused;
    private boolean readingFails;
    private final AtomicLong failures = new AtomicLong();
    private boolean resumed;
    private Instant startedAt = Instant.EPOCH;

    EvaluationThread(
            SignalLog log,
            Detector detector,
            StepWriter writer,
            WarmUp warmUp,
            InstantSource wallClock,
            DetectionSettings settings,
            Timer timer,
            AlertCounts counts) {
        this.log = log;
        this.detector = detector;
        this.writer = writer;
        this.warmUp = warmUp;
        this.wallClock = wallClock;
        this.settings = settings;
        this.timer = timer;
        this.counts = counts;
        this.next = warmUp.position();
        this.position = next;
    }

    void start() {
        startedAt = now();
        thread.start();
    }

    /** Completes when what was known before the restart is known again. */
    CompletableFuture<Void> live() {
        return live;
    }

    /** The first record that is not evaluated. */
    LogPosition position() {
        return position;
    }

    /** The driving clock as of the last record or tick. */
    Instant clock() {
        return clock;
    }

    boolean paused() {
        return paused;
    }

    /** Records and ticks that could not be evaluated. */
    long failures() {
        return failures.get();
    }

    /** Have something done between two records. */
    <T> CompletableFuture<T> submit(Callable<T> work) {
        var command = new Command<>(work, new CompletableFuture<>());
        commands.add(command);
        if (stopping && !thread.isAlive()) {
            refuseCommands();
        }
        return command.done;
    }

    private Instant now() {
        return wallClock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private void run() {
        try {
            emit(warmUp.run(this::noticePause));
            live.complete(null);
            while (!stopping) {
                readOn();
            }
        } catch (InterruptedException e) {
            logger.debug("stopped");
        } catch (RuntimeException | Error e) {
            live.completeExceptionally(e);
            logger.error("Detection has stopped", e);
            throw e;
        } finally {
            stopping = true;
            refuseCommands();
        }
    }

    /** Read until stopped, or until the log cannot be read. */
    private void readOn() throws InterruptedException {
        try (var reader = log.read(next)) {
            while (!stopping) {
                runCommands();
                if (hasRoom()) {
                    readOne(reader);
                }
            }
        } catch (RuntimeException e) {
            if (!stopping && !readingFails) {
                logger.error("The log cannot be read, trying again every second", e);
            }
            readingFails = true;
            if (!stopping) {
                LockSupport.parkNanos(RETRY.toNanos());
            }
        }
    }

    private boolean hasRoom() throws InterruptedException {
        boolean full = writer.unstored() >= settings.maxUnstored();
        if (full != paused) {
            paused = full;
            logger.warn(
                    full ? "Detection pauses: {} steps of alerts wait for the database" : "Detection goes on, {} wait",
                    writer.unstored());
        }
        if (full) {
            writer.awaitRoom(settings.maxUnstored(), POLL);
        }
        return !full;
    }

    private void readOne(LogReader reader) throws InterruptedException {
        var record = reader.poll(POLL);
        readingFails = false;
        if (record == null) {
            idle();
        } else {
            next = record.position().next();
            noticePause(record);
            timer.record(() -> guarded(() -> detector.apply(record)));
            position = next;
        }
    }

    private void idle() {
        var until = now().minus(settings.tickGrace());
        if (!resumed) {
            resumed = true;
            if (pausedBefore(until)) {
                detector.deafUntil(now());
            }
        }
        guarded(() -> detector.advance(until));
    }

    /** A long gap between two records that were there when this process started: nothing could come in meanwhile. */
    private void noticePause(LogRecord record) {
        if (!resumed) {
            if (pausedBefore(record.appendedAt())) {
                detector.deafUntil(record.appendedAt());
            }
            resumed = !record.appendedAt().isBefore(startedAt);
        }
    }

    private boolean pausedBefore(Instant instant) {
        var before = detector.clock();
        return before.isAfter(Instant.EPOCH) && instant.isAfter(before.plus(settings.deafAfter()));
    }

    /** A record that breaks evaluation is reported, and the next ones are evaluated all the same. */
    private void guarded(Supplier<List<Transition>> work) {
        try {
            emit(work.get());
        } catch (RuntimeException e) {
            if (failures.getAndIncrement() == 0) {
                logger.error(
                        "Evaluation has failed before position {}; it goes on with the next record", next.value(), e);
            }
            emit(List.of());
        }
    }

    /** Hand steps over to be stored. To be called on this thread. */
    void emit(List<Transition> steps) {
        clock = detector.clock();
        steps.forEach(counts::count);
        writer.add(steps, new Progress(next, clock));
    }

    /** Hand a person's step over to be stored. To be called on this thread. */
    void emit(Transition step, CompletableFuture<Alert> done) {
        counts.count(step);
        writer.add(step, done);
    }

    /** Run this once everything that was handed over is stored. */
    void afterwards(Runnable then) {
        writer.afterwards(then);
    }

    private void runCommands() {
        for (var command = commands.poll(); command != null; command = commands.poll()) {
            command.run();
        }
    }

    private void refuseCommands() {
        for (@Nullable Command<?> command = commands.poll(); command != null; command = commands.poll()) {
            command.done.completeExceptionally(new IllegalStateException("detection has stopped"));
        }
    }

    /** Finish the record at hand. */
    @Override
    public void close() {
        stopping = true;
        try {
            if (!thread.join(settings.closeWait())) {
                thread.interrupt();
                var _ = thread.join(settings.closeWait());
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
