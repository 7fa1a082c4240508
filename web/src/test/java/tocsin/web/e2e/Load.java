package tocsin.web.e2e;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import tocsin.signal.SampleBatch;
import tocsin.signal.Series;

/**
 * Writes samples as a patient sender does: what is not acknowledged is sent again, the same bytes, until it is. Each
 * sample's value is its number, so that a lost or doubled one can be told.
 */
final class Load implements AutoCloseable {
    private static final int SERIES = 20;
    private static final String METRIC = "load_sample_number";

    private final TocsinProcess tocsin;
    private final long firstMillis;
    private final Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
    private final AtomicInteger refusals = new AtomicInteger();
    private final List<Series> series = new ArrayList<>();
    private final Thread thread;
    private volatile boolean stopping;

    Load(TocsinProcess tocsin, long firstMillis) {
        this.tocsin = tocsin;
        this.firstMillis = firstMillis;
        for (int i = 0; i < SERIES; i++) {
            series.add(Series.of(METRIC, "number", String.valueOf(i)));
        }
        this.thread = Thread.ofPlatform().name("load").start(this::run);
    }

    private void run() {
        for (int batch = 0; !stopping; batch++) {
            sendUntilAcknowledged(batch);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private void sendUntilAcknowledged(int batch) {
        var samples = SampleBatch.builder(SERIES);
        for (int i = 0; i < SERIES; i++) {
            samples.add(series.get(i), firstMillis + batch * 20L, batch * SERIES + i);
        }
        var built = samples.build();
        while (!stopping) {
            try {
                int status = tocsin.send(built);
                if (status == 204) {
                    for (int i = 0; i < SERIES; i++) {
                        acknowledged.add(batch * SERIES + i);
                    }
                    return;
                }
                refusals.incrementAndGet();
            } catch (IOException away) {
                // killed: the same bytes again
            } catch (Exception stopped) {
                return;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    Set<Integer> acknowledged() {
        return Set.copyOf(acknowledged);
    }

    /** Answers other than 204 that were not an absent server. */
    int refusals() {
        return refusals.get();
    }

    @Override
    public void close() throws InterruptedException {
        stopping = true;
        thread.join();
    }
}
