package tocsin.ingest;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tocsin.signal.SampleBatch;
import tocsin.signal.SignalLog;

/**
 * Takes readings at a fixed pace and appends them. A reading waits until the one before it is durable, so a slow log is
 * never given a queue. A failure is logged when it begins and when it ends.
 */
public final class SampleLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SampleLoop.class);
    private static final Duration STOP_WAIT = Duration.ofSeconds(5);

    private final String name;
    private final SignalLog log;
    private final Duration interval;
    private final InstantSource clock;
    private final Function<Instant, SampleBatch> reading;
    private final ScheduledExecutorService scheduler;
    private boolean failing;

    /** @param name what is read, as people say it, such as "host metrics" */
    public SampleLoop(
            String name,
            SignalLog log,
            Duration interval,
            InstantSource clock,
            Function<Instant, SampleBatch> reading) {
        if (interval.isNegative() || interval.isZero()) {
            throw new IllegalArgumentException(
                    "the interval of " + name + " must be longer than nothing, not " + interval);
        }
        this.name = name;
        this.log = log;
        this.interval = interval;
        this.clock = clock;
        this.reading = reading;
        this.scheduler = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform()
                .name("tocsin-" + name.replace(' ', '-'))
                .daemon()
                .factory());
    }

    /** Take the first reading now and the others at the interval's pace. */
    public void start() {
        var _ = scheduler.scheduleAtFixedRate(this::readOnce, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Only ever called on the scheduler's thread. It must not throw, or the scheduler would stop silently. */
    private void readOnce() {
        try {
            var batch = reading.apply(clock.instant());
            if (!batch.isEmpty()) {
                log.append(batch).join();
            }
            note(null);
        } catch (RuntimeException e) {
            note(e instanceof CompletionException wrapped && wrapped.getCause() != null ? wrapped.getCause() : e);
        }
    }

    private void note(@Nullable Throwable failure) {
        if (failure != null && !failing) {
            LOG.warn("The {} cannot be stored, and are lost until this is over: {}", name, failure.toString());
        } else if (failure == null && failing) {
            LOG.info("The {} are stored again", name);
        }
        failing = failure != null;
    }

    @Override
    public void close() {
        scheduler.shutdown();
        try {
            if (!scheduler.awaitTermination(STOP_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                scheduler.shutdownNow();
            }
        } catch (InterruptedException e) {
            scheduler.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
