package tocsin.engine.log;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tocsin.signal.LogFullException;
import tocsin.signal.LogPosition;
import tocsin.signal.LogReader;
import tocsin.signal.SampleBatch;
import tocsin.signal.SignalLog;

/**
 * The log in segment files. Readers are woken before appends are acknowledged.
 *
 * <p>What is chained to the future of an append without an executor runs on the log's own thread, so it must not wait
 * for anything.
 */
public final class SegmentFileLog implements SignalLog {
    private static final Logger logger = LoggerFactory.getLogger(SegmentFileLog.class);
    private static final long KEEPER_SECONDS = 1;

    private final InstantSource clock;
    private final DirectoryLock lock;
    private final LogMeters meters;
    private final AppendQueue queue;
    private final SegmentCatalog catalog = new SegmentCatalog();
    private final ConsumerPositions consumers;
    private final Retention retention;
    private final Thread writer;
    private final Thread keeper;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final AtomicBoolean closed = new AtomicBoolean();
    private boolean flushFailed; // of the keeper only

    private SegmentFileLog(
            SegmentFileLogSettings settings,
            InstantSource clock,
            MeterRegistry registry,
            Disk disk,
            LogPosition neverBefore,
            DirectoryLock lock)
            throws IOException {
        this.clock = clock;
        this.lock = lock;
        meters = new LogMeters(registry);
        queue = new AppendQueue(settings.queueBytes(), settings.queueBatches());
        consumers = new ConsumerPositions(settings.directory());
        var scan = new SegmentScan(catalog, meters);
        scan.run(settings.directory());
        skipTo(Math.max(neverBefore.value(), consumers.latest().orElse(0)));
        retention = new Retention(catalog, consumers, settings);
        var segmentWriter = new SegmentWriter(
                settings, disk, queue, catalog, retention, consumers, clock, scan.lastAppendedAtMillis(), meters);
        addGauges(segmentWriter);
        writer = Thread.ofPlatform().name("tocsin-log-writer").unstarted(segmentWriter);
        keeper = Thread.ofPlatform().name("tocsin-log-keeper").daemon().unstarted(this::keep);
    }

    /**
     * Open the log, or begin one when the directory is empty or missing.
     *
     * @throws UncheckedIOException when the directory cannot be read or written
     * @throws IllegalStateException when another process uses the directory, or another version wrote it
     */
    public static SegmentFileLog open(SegmentFileLogSettings settings, InstantSource clock, MeterRegistry registry) {
        return open(settings, clock, registry, LogPosition.START);
    }

    /**
     * As above, for a log whose consumer keeps its position elsewhere: when the directory was lost or replaced by an
     * older one, the log goes on at this position, so that no record is taken for one that was already consumed.
     */
    public static SegmentFileLog open(
            SegmentFileLogSettings settings, InstantSource clock, MeterRegistry registry, LogPosition neverBefore) {
        return open(settings, clock, registry, neverBefore, new FileDisk());
    }

    static SegmentFileLog open(
            SegmentFileLogSettings settings,
            InstantSource clock,
            MeterRegistry registry,
            LogPosition neverBefore,
            Disk disk) {
        try {
            Files.createDirectories(settings.directory());
            var lock = DirectoryLock.acquire(settings.directory());
            try {
                var log = new SegmentFileLog(settings, clock, registry, disk, neverBefore, lock);
                log.writer.start();
                log.keeper.start();
                return log;
            } catch (IOException | RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open the log in " + settings.directory(), e);
        }
    }

    /** Positions that a consumer has seen are never used again, even if their records are lost. */
    private void skipTo(long position) {
        long end = catalog.end();
        if (position > end) {
            logger.warn(
                    "The log ends at position {}, but a consumer has read up to {}: records were lost. It goes on there",
                    end,
                    position);
            catalog.skipTo(position);
        }
    }

    private void addGauges(SegmentWriter segmentWriter) {
        meters.gauge("tocsin.log.queue.batches", "Batches that wait for the disk", queue::batches);
        meters.gauge("tocsin.log.queue.bytes", "Memory of the batches that wait for the disk", queue::bytes);
        meters.gauge("tocsin.log.size.bytes", "Disk that the log uses", catalog::totalBytes);
        meters.gauge("tocsin.log.oldest.age.seconds", "Age of the oldest record", this::oldestAgeSeconds);
        meters.gauge(
                "tocsin.log.failing",
                "1 while the disk refuses what is written, else 0",
                () -> segmentWriter.failing() ? 1 : 0);
    }

    private double oldestAgeSeconds() {
        Long oldest = catalog.oldestMillis();
        return oldest == null ? 0 : Math.max(0, clock.millis() - oldest) / 1000.0;
    }

    @Override
    public CompletableFuture<LogPosition> append(SampleBatch batch) {
        var done = new CompletableFuture<LogPosition>();
        try {
            queue.offer(new AppendQueue.Append(batch, done));
        } catch (LogFullException e) {
            meters.refusedByQueue.increment();
            done.completeExceptionally(e);
        } catch (IllegalStateException e) {
            done.completeExceptionally(e);
        }
        return done;
    }

    @Override
    public LogReader read(LogPosition from) {
        requireNotPastEnd(from);
        return new SegmentFileReader(catalog, meters, from.value());
    }

    @Override
    public LogPosition oldest() {
        return new LogPosition(catalog.oldest());
    }

    @Override
    public LogPosition end() {
        return new LogPosition(catalog.end());
    }

    @Override
    public LogPosition positionAt(Instant appendedAt) {
        long millis = appendedAt.toEpochMilli();
        if (appendedAt.isAfter(Instant.ofEpochMilli(millis))) {
            millis++; // records know milliseconds: the first one that is not before
        }
        var view = catalog.lastBegunBefore(millis);
        if (view == null) {
            return oldest();
        }
        try (var cursor = FrameCursor.open(view.segment().file(), SegmentHeader.BYTES)) {
            for (long position = view.position();
                    position < view.end() && cursor.find(view.bytes()) == FrameCursor.Found.FRAME;
                    position++) {
                if (RecordFormat.appendedAtMillis(cursor.array(), cursor.payloadStart()) >= millis) {
                    return new LogPosition(position);
                }
                cursor.step();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot read the log segment " + view.segment().file(), e);
        }
        return new LogPosition(catalog.readable(view.end()));
    }

    @Override
    public void commit(String consumer, LogPosition position) {
        requireNotPastEnd(position);
        consumers.commit(consumer, position.value());
    }

    @Override
    public Optional<LogPosition> committed(String consumer) {
        return Optional.ofNullable(consumers.committed(consumer)).map(LogPosition::new);
    }

    /** Forget a consumer that will not come back, so that retention need not wait for it. */
    public void forget(String consumer) {
        consumers.forget(consumer);
    }

    private void requireNotPastEnd(LogPosition position) {
        var end = end();
        if (position.compareTo(end) > 0) {
            throw new IllegalArgumentException(
                    "position %d is past the end of the log, %d".formatted(position.value(), end.value()));
        }
    }

    private void keep() {
        try {
            while (!stopped.await(KEEPER_SECONDS, TimeUnit.SECONDS)) {
                tend();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // close() does the rest
        }
    }

    /** What is done once a second. */
    void tend() {
        retention.removeAged(clock.instant());
        flushConsumers();
    }

    private void flushConsumers() {
        try {
            consumers.flush();
            flushFailed = false;
        } catch (IOException e) {
            if (!flushFailed) {
                flushFailed = true;
                logger.warn("The positions of the log's consumers cannot be stored. They are tried again", e);
            }
        }
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        queue.close();
        stopped.countDown();
        join(writer);
        join(keeper);
        flushConsumers();
        catalog.close();
        meters.close();
        try {
            lock.close();
        } catch (IOException e) {
            logger.warn("The lock of the log directory was not released cleanly", e);
        }
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
