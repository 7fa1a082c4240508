package tocsin.ingest.scrape;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tocsin.ingest.IngestLimits;
import tocsin.signal.SampleBatch;
import tocsin.signal.SignalLog;

/**
 * Pulls metrics from HTTP endpoints, each at its own pace, spread over the interval so that they do not come at once.
 * Beside what a target shows, {@code up}, {@code scrape_duration_seconds} and {@code scrape_samples_scraped} are stored
 * for it. A pull that is due while the one before it is still at work is left out.
 */
public final class ScrapeTargets implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ScrapeTargets.class);
    private static final Duration STOP_WAIT = Duration.ofSeconds(5);

    private final SignalLog log;
    private final InstantSource clock;
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient client;
    private final ScheduledExecutorService scheduler;
    private final List<Job> jobs;
    private final Counter accepted;

    public ScrapeTargets(
            SignalLog log, ScrapeSettings settings, IngestLimits limits, InstantSource clock, MeterRegistry meters) {
        this.log = log;
        this.clock = clock;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER) // a token must not follow one to somewhere else
                .connectTimeout(Duration.ofSeconds(10))
                .executor(workers)
                .build();
        this.scheduler = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("tocsin-scrape").daemon().factory());
        this.jobs = settings.targets().stream()
                .map(target -> new Job(target, new Scraper(target, settings, limits, client, clock, meters)))
                .toList();
        this.accepted = Counter.builder("tocsin.ingest.samples")
                .description("Samples that came in and are in the log")
                .tag("protocol", "scrape")
                .register(meters);
    }

    /** Begin to pull. */
    public void start() {
        for (var job : jobs) {
            long interval = job.target.interval().toMillis();
            var _ = scheduler.scheduleAtFixedRate(job::pull, offset(job.target), interval, TimeUnit.MILLISECONDS);
        }
    }

    /** The time to a target's first pull: a share of its interval that its name decides, whenever we start. */
    private long offset(ScrapeTarget target) {
        long interval = target.interval().toMillis();
        long phase = Math.floorMod(target.toString().hashCode() * 2654435761L, interval);
        return Math.floorMod(phase - clock.millis(), interval);
    }

    /** Stop pulling, and store an end for every series. */
    @Override
    public void close() {
        scheduler.shutdown();
        try { // so that no pull begins behind our back
            var _ = scheduler.awaitTermination(STOP_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        jobs.forEach(Job::end);
        client.shutdownNow();
        workers.shutdownNow();
    }

    private final class Job {
        private final ScrapeTarget target;
        private final Scraper scraper;
        private final AtomicBoolean busy = new AtomicBoolean();
        private volatile CompletableFuture<?> current = CompletableFuture.completedFuture(null);
        private boolean refused;

        private Job(ScrapeTarget target, Scraper scraper) {
            this.target = target;
            this.scraper = scraper;
        }

        /** Must not throw, or the scheduler would drop the target silently. */
        private void pull() {
            if (busy.compareAndSet(false, true)) {
                try {
                    current =
                            scraper.scrape().thenCompose(this::store).whenComplete((done, failure) -> finish(failure));
                } catch (RuntimeException e) {
                    finish(e);
                }
            }
        }

        private CompletableFuture<?> store(SampleBatch batch) {
            return log.append(batch).thenRun(() -> accepted.increment(batch.size()));
        }

        private void finish(@Nullable Throwable failure) {
            if (failure != null && !refused) {
                LOG.warn("What scrape target {} shows cannot be stored: {}", target, failure.toString());
            }
            refused = failure != null;
            busy.set(false);
        }

        private void end() {
            try {
                var _ = current.exceptionally(failure -> null).get(STOP_WAIT.toMillis(), TimeUnit.MILLISECONDS);
                log.append(scraper.end()).get(STOP_WAIT.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException | TimeoutException e) {
                LOG.warn("The end of scrape target {} could not be stored: {}", target, e.toString());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
