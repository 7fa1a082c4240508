package tocsin.engine.handover;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tocsin.alert.AlertStore;
import tocsin.alert.Transition;

/**
 * Hands stored steps of alerts over to the workflow, one transaction each, from a thread of its own. What fails is tried
 * again; while the database is away it waits with growing pauses and says so once.
 */
public final class HandOver implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HandOver.class);
    private static final int BATCH = 100;
    /** Steps whose pause after a failure is over are looked for this often. */
    private static final Duration IDLE = Duration.ofSeconds(1);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(10);

    private final AlertStore alerts;
    private final Consumer<Transition> workflow;
    private final Counter handedOver;
    private final Counter failures;
    private final Semaphore wakeUps = new Semaphore(0);
    private final Thread thread;
    private volatile boolean closing;

    /** @param workflow takes one step, within the transaction of the hand-over */
    public HandOver(AlertStore alerts, Consumer<Transition> workflow, MeterRegistry meters) {
        this.alerts = alerts;
        this.workflow = workflow;
        this.handedOver = meters.counter("tocsin.handover.steps");
        this.failures = meters.counter("tocsin.handover.failures");
        this.thread = Thread.ofPlatform().name("hand-over").unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    /** There may be something new to hand over. Returns at once. */
    public void wake() {
        wakeUps.release();
    }

    private void run() {
        var pause = Duration.ZERO;
        while (!closing) {
            if (!awaitWork(pause.isZero() ? IDLE : pause)) {
                return;
            }
            pause = drain(pause);
        }
    }

    private boolean awaitWork(Duration atMost) {
        try {
            if (wakeUps.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                wakeUps.drainPermits();
            }
            return !closing;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Returns how long to wait after a failure, zero when all went well. */
    private Duration drain(Duration failedBefore) {
        try {
            int done;
            do {
                done = alerts.handOver(BATCH, workflow);
                handedOver.increment(done);
            } while (done == BATCH && !closing);
            if (!failedBefore.isZero()) {
                log.info("Alerts are handed over to the workflow again");
            }
            return Duration.ZERO;
        } catch (RuntimeException failure) {
            failures.increment();
            if (failedBefore.isZero()) {
                log.warn("Alerts cannot be handed over to the workflow and wait: {}", failure.toString());
            }
            var doubled = failedBefore.isZero() ? Duration.ofMillis(100) : failedBefore.multipliedBy(2);
            return doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
        }
    }

    /** Stops after the step that is under way. */
    @Override
    public void close() {
        closing = true;
        wake();
        try {
            if (!thread.join(CLOSE_WAIT)) {
                thread.interrupt();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
