package tocsin.engine.dispatch;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tocsin.alert.AlertStore;
import tocsin.notify.ChannelStore;
import tocsin.notify.Notifier;
import tocsin.notify.Outbox;

/**
 * Takes messages out of the outbox as soon as they are there and has them sent, several at a time, each on a virtual
 * thread of its own. While the database is away it waits, and goes on when it is back. Several dispatchers may share an
 * outbox.
 */
public final class Dispatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration METRICS_AGE = Duration.ofSeconds(5);

    private final Outbox outbox;
    private final DispatcherSettings settings;
    private final InstantSource clock;
    private final ChannelStore channels;
    private final DeliveryMetrics metrics;
    private final Lanes lanes;
    private final Sender sender;
    private final Semaphore wakeUp = new Semaphore(0);
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread loop =
            Thread.ofPlatform().name("tocsin-dispatcher").daemon().unstarted(this::run);
    private final Outage outage =
            new Outage("The outbox cannot be read, messages wait in it", "The outbox is read again");
    private volatile double waiting = Double.NaN;
    private long metricsReadAt;
    private int failures;

    /** @param listener is told how each message ended */
    public Dispatcher(
            Outbox outbox,
            ChannelStore channels,
            AlertStore alerts,
            List<Notifier> notifiers,
            DispatcherSettings settings,
            MeterRegistry registry,
            InstantSource clock,
            EndListener listener) {
        this.outbox = outbox;
        this.settings = settings;
        this.clock = clock;
        this.lanes = new Lanes(settings.concurrent(), settings.perChannel());
        this.channels = channels;
        this.metrics = new DeliveryMetrics(registry);
        var recorder = new Recorder(outbox, clock, listener, metrics, settings.poll(), closing);
        this.sender = new Sender(channels, new Relevance(alerts), notifiers, settings, clock, recorder, metrics);
        Gauge.builder("tocsin.outbox.waiting", this, dispatcher -> dispatcher.waiting)
                .description("Messages that are waiting or being sent")
                .register(registry);
    }

    /** Begin to send. To be called once. */
    public void start() {
        outbox.onEnqueued(this::wake);
        recover();
        loop.start();
    }

    private void recover() {
        try {
            int interrupted = outbox.recover();
            if (interrupted > 0) {
                LOG.warn("{} messages were being sent when Tocsin ended; they are sent again", interrupted);
            }
        } catch (RuntimeException away) {
            LOG.warn("Messages that were being sent wait for their leases to run out: {}", away.toString());
        }
    }

    /** Stop taking messages, put back what has not begun, and wait a while for what is being sent. */
    @Override
    public void close() {
        closing.countDown();
        wake();
        try {
            loop.join(settings.closing());
            putBack(lanes.drain());
            if (!lanes.awaitIdle(settings.closing())) {
                LOG.warn(
                        "Messages were still being sent when Tocsin stopped; they may be repeated after the next start");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void putBack(List<Taken> messages) {
        try {
            messages.forEach(
                    taken -> outbox.retry(taken.claimed(), clock.instant(), "not sent yet: Tocsin was stopped"));
        } catch (RuntimeException e) {
            outage.began(e); // they are given out again when their lease is over
        }
    }

    private boolean isClosing() {
        return closing.getCount() == 0;
    }

    private void wake() {
        if (wakeUp.availablePermits() == 0) { // one is enough for everything until the loop looks
            wakeUp.release();
        }
    }

    private void run() {
        try {
            while (!isClosing()) {
                round();
            }
        } catch (InterruptedException e) {
            LOG.debug("The dispatcher was interrupted");
        }
    }

    private void round() throws InterruptedException {
        try {
            boolean more = take();
            refreshMetrics();
            outage.over();
            failures = 0;
            if (!more) {
                awaitWork();
            }
        } catch (RuntimeException e) {
            outage.began(e);
            waiting = Double.NaN;
            awaitDatabase();
        }
    }

    /** Start what is due. Returns whether there may be more to take at once. */
    private boolean take() {
        int room = lanes.room();
        if (room == 0) {
            return false; // whatever ends next wakes the loop
        }
        var full = lanes.full();
        var now = clock.instant();
        var claimed = outbox.claim(room, settings.lease(), full);
        claimed.forEach(message -> accept(Taken.of(message, now, settings.lease()), full));
        sendNext();
        return claimed.size() == room;
    }

    private void accept(Taken taken, Set<String> full) {
        if (full.contains(taken.channel())) { // from an outbox that cannot leave channels out
            sender.putBack(taken, "the channel is busy");
        } else {
            lanes.add(taken);
        }
    }

    private void sendNext() {
        for (var next = lanes.next(); next != null; next = lanes.next()) {
            var taken = next;
            Thread.ofVirtual().name("tocsin-send-" + taken.claimed().id()).start(() -> send(taken));
        }
    }

    private void send(Taken taken) {
        try {
            sender.send(taken);
        } finally {
            lanes.done(taken);
            if (!isClosing()) {
                sendNext();
                wake();
            }
        }
    }

    private void refreshMetrics() {
        long now = clock.millis();
        if (Double.isNaN(waiting) || now - metricsReadAt >= METRICS_AGE.toMillis()) {
            waiting = outbox.waiting();
            metrics.prepare(channels.all());
            metricsReadAt = now;
        }
    }

    private void awaitWork() throws InterruptedException {
        if (wakeUp.tryAcquire(settings.poll().toNanos(), TimeUnit.NANOSECONDS)) {
            wakeUp.drainPermits();
        }
    }

    /** Longer after each failure, and whatever wakes: nothing can be taken anyway. */
    private void awaitDatabase() throws InterruptedException {
        failures = Math.min(failures + 1, 10);
        var pause = settings.poll().multipliedBy(1L << (failures - 1));
        long nanos = Math.min(pause.toNanos(), LONGEST_PAUSE.toNanos());
        var _ = closing.await(nanos, TimeUnit.NANOSECONDS);
    }
}
