package tocsin.engine.pipeline;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tocsin.alert.Alert;
import tocsin.alert.AlertDesk;
import tocsin.alert.AlertId;
import tocsin.alert.AlertStore;
import tocsin.alert.Status;
import tocsin.alert.Transition;
import tocsin.engine.pipeline.StepWriter.Progress;
import tocsin.engine.series.LiveSeriesSet;
import tocsin.label.Fingerprint;
import tocsin.rule.Compilation;
import tocsin.rule.CompiledRule;
import tocsin.rule.RuleBook;
import tocsin.rule.RuleEngine;
import tocsin.rule.RuleId;
import tocsin.rule.RuleStore;
import tocsin.rule.SeriesCatalog;
import tocsin.rule.StoredRule;
import tocsin.signal.Points;
import tocsin.signal.SampleHistory;
import tocsin.signal.SignalLog;

/**
 * Detection as it runs in the server: one thread reads the log and drives the {@link Detector}, another stores the
 * steps that alerts take. Rules and people's acts are handed to the first, between two records.
 *
 * <p><b>Restart.</b> Storage holds the position up to which the log was evaluated. Records before it are read once more,
 * as far back as the longest window reaches: the older ones only fill live series, the last stretch is evaluated without
 * taking steps, which brings back what held and since when. Everything from the position on is evaluated; steps that
 * were stored already get the same names and change nothing.
 */
public final class DetectionPipeline implements RuleBook, AlertDesk, AutoCloseable {
    /** The log's consumer of this name keeps what a restart must read again. */
    public static final String CONSUMER = "detection";

    private static final Logger logger = LoggerFactory.getLogger(DetectionPipeline.class);

    /** The log is told this often what is not needed any more. */
    private static final Duration COMMIT_EVERY = Duration.ofSeconds(5);

    private final SignalLog log;
    private final AlertStore alerts;
    private final SampleHistory history;
    private final InstantSource wallClock;
    private final MeterRegistry meters;
    private final DetectionSettings settings;
    private final RuleShelf shelf;
    private final Detector detector;
    private final AlertCounts counts = new AlertCounts();
    private final List<Consumer<Transition>> listeners = new CopyOnWriteArrayList<>();
    private final Object publishing = new Object();

    private volatile @Nullable EvaluationThread evaluation;
    private volatile @Nullable StepWriter writer;
    private volatile Duration reach = Duration.ZERO;
    private volatile Instant committedAt = Instant.EPOCH;

    public DetectionPipeline(
            SignalLog log,
            RuleEngine engine,
            RuleStore rules,
            AlertStore alerts,
            SampleHistory history,
            InstantSource wallClock,
            MeterRegistry meters,
            DetectionSettings settings) {
        this.log = log;
        this.alerts = alerts;
        this.history = history;
        this.wallClock = wallClock;
        this.meters = meters;
        this.settings = settings;
        this.shelf = new RuleShelf(engine, rules);
        this.detector = new Detector(engine, settings.series(), settings.tick());
    }

    // Running

    /**
     * Load rules and open alerts, and begin to evaluate. Storage must answer. Evaluation is up to date when
     * {@link #live} says so.
     */
    public void start() {
        if (evaluation != null) {
            throw new IllegalStateException("detection was started before");
        }
        shelf.load();
        detector.use(shelf.running(), shelf.brokenDefinitions());
        var warmUp = new WarmUp(log, alerts, history, detector, settings, shelf.running());
        warmUp.open().forEach(counts::add);
        reach = WarmUp.reach(shelf.running());
        var steps = new StepWriter(
                alerts, settings, new Progress(warmUp.position(), detector.clock()), this::commit, this::tell);
        var timer = Timer.builder("tocsin.detection.evaluation")
                .description("Time to evaluate one record of the log")
                .register(meters);
        var thread = new EvaluationThread(log, detector, steps, warmUp, wallClock, settings, timer, counts);
        writer = steps;
        evaluation = thread;
        measure(thread, steps);
        steps.start();
        thread.start();
    }

    /** Completes when what was known before the last stop is known again; fails when that cannot be. */
    public CompletableFuture<Void> live() {
        var thread = evaluation;
        return thread == null
                ? CompletableFuture.failedFuture(notRunning())
                : thread.live().copy();
    }

    /** Series that report now. */
    public SeriesCatalog catalog() {
        return detector.catalog();
    }

    /** Whether the latest attempt to store alerts has failed. */
    public boolean storageAway() {
        var steps = writer;
        return steps != null && steps.away();
    }

    /** Records that are in the log and not evaluated yet. */
    public long lagRecords() {
        var thread = evaluation;
        return thread == null
                ? 0
                : Math.max(0, log.end().value() - thread.position().value());
    }

    /** How far evaluation is behind the wall clock; zero when it has seen every record. */
    public Duration lag() {
        var thread = evaluation;
        if (thread == null || lagRecords() == 0) {
            return Duration.ZERO;
        }
        var behind = Duration.between(thread.clock(), wallClock.instant());
        return behind.isNegative() ? Duration.ZERO : behind;
    }

    private void measure(EvaluationThread thread, StepWriter steps) {
        FunctionCounter.builder("tocsin.detection.samples", detector, Detector::samples)
                .description("Samples evaluated")
                .register(meters);
        FunctionCounter.builder("tocsin.detection.failures", thread, EvaluationThread::failures)
                .description("Records that could not be evaluated")
                .register(meters);
        FunctionCounter.builder("tocsin.detection.series.skipped", detector.series(), LiveSeriesSet::skippedSamples)
                .description("Samples of series beyond the limit")
                .register(meters);
        FunctionCounter.builder("tocsin.detection.window.dropped", detector.series(), LiveSeriesSet::droppedSamples)
                .description("Samples that left a window early because it holds too many")
                .register(meters);
        FunctionCounter.builder("tocsin.detection.samples.early", detector.series(), LiveSeriesSet::earlySamples)
                .description("Samples more than an hour ahead of the clock, which rules do not see")
                .register(meters);
        gauge("tocsin.detection.lag.records", "Records not evaluated yet", DetectionPipeline::lagRecords);
        gauge(
                "tocsin.detection.lag.seconds",
                "How far evaluation is behind",
                it -> it.lag().toMillis() / 1000.0);
        gauge("tocsin.detection.series", "Live series", it -> it.catalog().size());
        gauge("tocsin.detection.unstored", "Steps of alerts not stored yet", _ -> steps.unstored());
        gauge("tocsin.detection.paused", "1 while evaluation waits for the database", _ -> thread.paused() ? 1 : 0);
        for (var status : List.of(Status.PENDING, Status.FIRING, Status.ACKNOWLEDGED)) {
            Gauge.builder("tocsin.alerts", counts, it -> it.of(status))
                    .tag("status", status.label())
                    .description("Open alerts")
                    .register(meters);
        }
    }

    private void gauge(String name, String description, ToDoubleFunction<DetectionPipeline> value) {
        Gauge.builder(name, this, value).description(description).register(meters);
    }

    /** Let the log forget what a restart would not read any more. */
    private void commit(Progress progress) {
        if (progress.clock().isBefore(committedAt.plus(COMMIT_EVERY))) {
            return;
        }
        committedAt = progress.clock();
        var needed = log.positionAt(progress.clock().minus(reach));
        log.commit(CONSUMER, needed.compareTo(progress.position()) < 0 ? needed : progress.position());
    }

    private void tell(Transition step) {
        for (var listener : listeners) {
            try {
                listener.accept(step);
            } catch (RuntimeException e) {
                logger.warn("A listener to stored steps has failed", e);
            }
        }
    }

    /** Finish the record at hand, and store what was decided if the database answers in time. */
    @Override
    public void close() {
        var thread = evaluation;
        var steps = writer;
        if (thread != null && steps != null) {
            thread.close();
            steps.close();
        }
        detector.close();
    }

    private static IllegalStateException notRunning() {
        return new IllegalStateException("detection is not running");
    }

    private <T> CompletableFuture<T> submit(Callable<T> work) {
        var thread = evaluation;
        return thread == null ? CompletableFuture.failedFuture(notRunning()) : thread.submit(work);
    }

    private <T> T call(Callable<T> work) {
        try {
            return submit(work).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    // Rules

    @Override
    public Compilation check(String source) {
        return shelf.check(source);
    }

    @Override
    public StoredRule save(RuleId id, StoredRule.Form form, String source, String author, String reason) {
        var _ = shelf.compile(id, source);
        return shelf.store().save(id, form, source, author, reason);
    }

    @Override
    public StoredRule publish(RuleId id, int version, String author) {
        synchronized (publishing) {
            var compiled = shelf.compiled(shelf.find(id, version));
            var stored = shelf.store().publish(id, version, author);
            if (evaluation != null) {
                putInEffect(compiled);
            }
            return stored;
        }
    }

    /** Windows begin to fill, history fills what lies before, and then the rule runs: it never sees half a window. */
    private void putInEffect(CompiledRule rule) {
        var gaps = call(() -> detector.prepare(List.of(rule)));
        var points = samples(gaps);
        shelf.put(rule);
        swap(points);
    }

    private void swap(Map<Fingerprint, Points> history) {
        var running = shelf.running();
        reach = WarmUp.reach(running);
        var _ = call(() -> {
            history.forEach(detector::backfill);
            thread().emit(detector.use(running, shelf.brokenDefinitions()));
            return true;
        });
    }

    private EvaluationThread thread() {
        var thread = evaluation;
        if (thread == null) {
            throw notRunning();
        }
        return thread;
    }

    private Map<Fingerprint, Points> samples(Collection<LiveSeriesSet.Gap> gaps) {
        var points = new LinkedHashMap<Fingerprint, Points>();
        var until = wallClock.instant().plusMillis(1);
        try {
            gaps.stream()
                    .limit(settings.maxBackfill())
                    .forEach(gap -> points.put(
                            gap.series(),
                            history.samples(gap.series(), Instant.ofEpochMilli(gap.fromMillis()), until)));
        } catch (RuntimeException e) {
            logger.warn("History cannot be read, so new windows fill as samples come: {}", e.toString());
        }
        return points;
    }

    @Override
    public boolean withdraw(RuleId id, String author) {
        synchronized (publishing) {
            boolean wasLive = shelf.store().withdraw(id, author);
            if (wasLive && evaluation != null) {
                shelf.remove(id);
                swap(Map.of());
            }
            return wasLive;
        }
    }

    @Override
    public List<Activity> activities() {
        return shelf.store().newest().stream().map(this::activity).toList();
    }

    @Override
    public Optional<Activity> activity(RuleId id) {
        return shelf.store().versions(id).stream().findFirst().map(this::activity);
    }

    private Activity activity(StoredRule newest) {
        var id = newest.id();
        var live = shelf.definition(id);
        var tally = detector.series().tally(id);
        String broken = shelf.whyBroken(id);
        return new Activity(
                live,
                newest,
                tally == null || live == null ? 0 : tally.matchedSeries(),
                detector.lifecycle().holding(id),
                tally == null ? 0 : tally.evaluations(),
                tally == null ? null : tally.lastEvaluatedAt(),
                broken == null ? detector.parked(id) : broken);
    }

    // People

    @Override
    public CompletableFuture<Alert> acknowledge(AlertId id, String actor, String note) {
        return act(id, now -> detector.acknowledge(id, actor, note, now));
    }

    @Override
    public CompletableFuture<Alert> resolve(AlertId id, String actor, String note) {
        return act(id, now -> detector.resolve(id, actor, note, now));
    }

    /** An act of a person at an instant; no step when there is nothing to do. */
    private interface Act {
        Optional<Transition> at(Instant now);
    }

    private CompletableFuture<Alert> act(AlertId id, Act act) {
        var stored = new CompletableFuture<Alert>();
        var _ = submit(() -> take(id, act, stored)).whenComplete((_, failure) -> {
            if (failure != null) {
                stored.completeExceptionally(failure);
            }
        });
        return stored;
    }

    private boolean take(AlertId id, Act act, CompletableFuture<Alert> stored) {
        var step = act.at(wallClock.instant().truncatedTo(ChronoUnit.MILLIS));
        if (step.isPresent()) {
            thread().emit(step.get(), stored);
        } else {
            thread().afterwards(() -> look(id, stored));
        }
        return step.isPresent();
    }

    /** The alert was taken or closed before. What did so is stored by now, so storage can say how it stands. */
    private void look(AlertId id, CompletableFuture<Alert> answer) {
        Thread.ofVirtual().name("alert-lookup").start(() -> {
            try {
                answer.complete(
                        alerts.find(id).orElseThrow(() -> new NoSuchElementException("there is no alert " + id)));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
    }

    @Override
    public void onStored(Consumer<Transition> listener) {
        listeners.add(listener);
    }
}
