package tocsin.engine.dispatch;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tocsin.notify.Outbox;
import tocsin.notify.Outbox.Outcome;

/**
 * Writes down what became of messages. While the database is away it tries again as long as the message's lease lasts,
 * because a message that was sent and not recorded is sent twice.
 */
final class Recorder {
    private static final Logger LOG = LoggerFactory.getLogger(Recorder.class);

    private final Outbox outbox;
    private final InstantSource clock;
    private final EndListener listener;
    private final DeliveryMetrics metrics;
    private final Duration pause;
    private final CountDownLatch closing;
    private final Outage outage = new Outage(
            "What became of messages cannot be recorded, so some may be repeated", "Messages are recorded again");

    /**
     * @param pause between attempts to record
     * @param closing is at zero when nothing may be waited for any more
     */
    Recorder(
            Outbox outbox,
            InstantSource clock,
            EndListener listener,
            DeliveryMetrics metrics,
            Duration pause,
            CountDownLatch closing) {
        this.outbox = outbox;
        this.clock = clock;
        this.listener = listener;
        this.metrics = metrics;
        this.pause = pause;
        this.closing = closing;
    }

    void ended(Taken taken, String type, Outcome outcome, String providerId, String detail) {
        if (outcome == Outcome.FAILED) {
            LOG.error("Message {} did not reach channel {}: {}", taken.message().key(), taken.channel(), detail);
        }
        metrics.ended(taken.channel(), type, outcome);
        if (persist(taken, () -> outbox.finish(taken.claimed(), outcome, providerId, detail))) {
            tell(taken, outcome, detail);
        }
    }

    private void tell(Taken taken, Outcome outcome, String detail) {
        try {
            listener.onEnded(taken.claimed(), outcome, detail);
        } catch (RuntimeException e) {
            LOG.error(
                    "Message {} ended, but the one who waits for it could not be told",
                    taken.message().key(),
                    e);
        }
    }

    void retry(Taken taken, Instant at, String detail) {
        persist(taken, () -> outbox.retry(taken.claimed(), at, detail));
    }

    /** Returns whether it was written. */
    private boolean persist(Taken taken, Runnable write) {
        do {
            try {
                write.run();
                outage.over();
                return true;
            } catch (RuntimeException e) {
                outage.began(e);
            }
        } while (mayTryAgain(taken));
        return false; // once its lease is over it is given out again, marked as uncertain
    }

    private boolean mayTryAgain(Taken taken) {
        try {
            boolean isClosing = closing.await(pause.toNanos(), TimeUnit.NANOSECONDS);
            return !isClosing && clock.instant().isBefore(taken.until());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
