package tocsin.web.live;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import tocsin.alert.AlertDesk;

/**
 * Tells open pages that something has changed; what has changed they fetch themselves, so that nobody is told more than
 * the page would show. Bursts become one event, and a reader who is slow holds up nobody else.
 */
@Component
public class LiveEvents {
    /** Pages that may be open at once; the next one reloads by itself instead. */
    static final int MAX_READERS = 500;

    private static final Duration BURST = Duration.ofMillis(150);
    private static final Duration TICK = Duration.ofSeconds(5);

    private final Set<Reader> readers = ConcurrentHashMap.newKeySet();
    private final Semaphore changes = new Semaphore(0);
    private final CountDownLatch closed = new CountDownLatch(1);

    LiveEvents(AlertDesk desk) {
        desk.onStored(transition -> changes.release());
        Thread.ofVirtual().name("live-events").start(this::run);
    }

    private void run() {
        try {
            while (closed.getCount() > 0) {
                if (changes.tryAcquire(TICK.toMillis(), TimeUnit.MILLISECONDS)) {
                    closed.await(BURST.toMillis(), TimeUnit.MILLISECONDS);
                    changes.drainPermits();
                    tell("alerts");
                } else {
                    tell("tick");
                }
            }
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(String event) {
        readers.forEach(reader -> reader.tell(event));
    }

    /** A stream for one more page, empty when too many are open. */
    Optional<SseEmitter> open() {
        if (readers.size() >= MAX_READERS) {
            return Optional.empty();
        }
        var emitter = new SseEmitter(Duration.ofMinutes(30).toMillis());
        var reader = new Reader(emitter);
        emitter.onCompletion(() -> readers.remove(reader));
        emitter.onTimeout(emitter::complete);
        emitter.onError(failure -> readers.remove(reader));
        readers.add(reader);
        reader.tell("hello");
        return Optional.of(emitter);
    }

    /** Open streams would hold up the end of the server. */
    @EventListener(ContextClosedEvent.class)
    void close() {
        closed.countDown();
        readers.forEach(reader -> reader.emitter.complete());
    }

    /** One open page. While an event is on its way to it, later ones are merged into one. */
    private final class Reader {
        private final SseEmitter emitter;
        private final AtomicBoolean busy = new AtomicBoolean();
        private final AtomicBoolean missed = new AtomicBoolean();

        Reader(SseEmitter emitter) {
            this.emitter = emitter;
        }

        void tell(String event) {
            if (busy.compareAndSet(false, true)) {
                Thread.ofVirtual().name("live-reader").start(() -> send(event));
            } else if (!event.equals("tick")) {
                missed.set(true);
            }
        }

        private void send(String event) {
            try {
                emitter.send(SseEmitter.event().name(event).data(""));
            } catch (IOException | IllegalStateException gone) {
                readers.remove(this);
                return;
            }
            busy.set(false);
            if (missed.compareAndSet(true, false)) {
                tell("alerts");
            }
        }
    }
}
