package tocsin.engine.pipeline;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tocsin.alert.Alert;
import tocsin.alert.AlertId;
import tocsin.alert.Transition;
import tocsin.engine.lifecycle.AlertLifecycle;
import tocsin.engine.lifecycle.Sight;
import tocsin.engine.series.Changes;
import tocsin.engine.series.LiveSeries;
import tocsin.engine.series.LiveSeriesSet;
import tocsin.engine.series.SeriesSettings;
import tocsin.label.Fingerprint;
import tocsin.rule.CompiledRule;
import tocsin.rule.Evaluation;
import tocsin.rule.RuleDefinition;
import tocsin.rule.RuleEngine;
import tocsin.rule.RuleId;
import tocsin.rule.RuleSession;
import tocsin.rule.SeriesCatalog;
import tocsin.signal.LogRecord;
import tocsin.signal.Points;
import tocsin.signal.Series;

/**
 * Detection as a state machine: records of the log and ticks go in, steps of alerts come out. It has no thread and
 * reads no clock; what drives it is the time at which each record was appended, with ticks on whole multiples of their
 * distance in between. So the same log gives the same steps, live, while catching up, and in a replay.
 *
 * <p>Each record is evaluated by itself. Evaluating several at once would save little, because windows are computed
 * only for series that a record touches, and would make the outcome depend on how many happened to be there.
 */
public final class Detector implements AutoCloseable {
    /** Of a longer pause, only this last part is gone through tick by tick. */
    private static final Duration LONGEST_PAUSE = Duration.ofDays(7);

    private static final long NOT_STARTED = Long.MIN_VALUE;

    private final RuleSession session;
    private final LiveSeriesSet series;
    private final AlertLifecycle lifecycle = new AlertLifecycle(new LiveSight());
    private final Map<RuleId, CompiledRule> rules = new HashMap<>();
    private final Map<RuleId, String> parked = new ConcurrentHashMap<>(); // read by any thread
    private final Changes changes = new Changes();
    private final long tickMillis;

    private long clock = NOT_STARTED;
    private final AtomicLong samples = new AtomicLong(); // read by any thread

    public Detector(RuleEngine engine, SeriesSettings settings, Duration tick) {
        this.session = engine.open();
        this.series = new LiveSeriesSet(settings, tick);
        this.tickMillis = tick.toMillis();
    }

    /** The driving clock: the time of the latest record or tick. {@link Instant#EPOCH} before the first. */
    public Instant clock() {
        return clock == NOT_STARTED ? Instant.EPOCH : Instant.ofEpochMilli(clock);
    }

    /** Samples taken so far. */
    public long samples() {
        return samples.get();
    }

    public SeriesCatalog catalog() {
        return series.catalog();
    }

    LiveSeriesSet series() {
        return series;
    }

    AlertLifecycle lifecycle() {
        return lifecycle;
    }

    /** Why a rule was taken out, null when it was not. */
    @Nullable String parked(RuleId rule) {
        return parked.get(rule);
    }

    // Rules

    /**
     * Start to keep what these rules need beside what is needed now, before they run.
     *
     * @return series whose windows reach further back than what was kept of them
     */
    public List<LiveSeriesSet.Gap> prepare(Collection<? extends CompiledRule> coming) {
        var both = new ArrayList<CompiledRule>(rules.values());
        both.addAll(coming);
        return series.use(both, clock().toEpochMilli(), changes);
    }

    /** Fill a window from history. */
    public void backfill(Fingerprint fingerprint, Points points) {
        series.backfill(fingerprint, points, clock().toEpochMilli(), changes);
    }

    /**
     * Run exactly these rules from now on. What held and still holds goes on without a step.
     *
     * @param broken rules that are live but cannot be run: their alerts stay
     */
    public List<Transition> use(Collection<? extends CompiledRule> compiled, Collection<RuleDefinition> broken) {
        var before = Map.copyOf(rules);
        rules.clear();
        compiled.forEach(rule -> rules.put(rule.definition().id(), rule));
        parked.keySet().removeIf(rule -> !Objects.equals(before.get(rule), rules.get(rule)));
        var live = new ArrayList<RuleDefinition>(broken);
        compiled.forEach(rule -> live.add(rule.definition()));
        series.use(compiled, clock().toEpochMilli(), changes);
        session.use(compiled);
        lifecycle.use(live);
        return evaluate(true);
    }

    // Signals and time

    /** Take a record whose effects were stored before; only live series see it. */
    public void feed(LogRecord record) {
        moveTo(record.appendedAt());
        series.feed(record.samples(), clock, changes);
        changes.clear();
    }

    /** Take a record, after the ticks that lie before it. */
    public List<Transition> apply(LogRecord record) {
        if (clock == NOT_STARTED) {
            moveTo(record.appendedAt());
        }
        var steps = advance(record.appendedAt());
        moveTo(record.appendedAt());
        samples.addAndGet(record.samples().size());
        series.accept(record.samples(), clock, changes);
        return joined(steps, evaluate(false));
    }

    /** Let time pass, up to the last tick that is not later than this. */
    public List<Transition> advance(Instant until) {
        if (clock == NOT_STARTED) {
            moveTo(until);
            return List.of();
        }
        long end = until.toEpochMilli();
        List<Transition> steps = List.of();
        long first = Math.max(clock, end - LONGEST_PAUSE.toMillis());
        for (long tick = (Math.floorDiv(first, tickMillis) + 1) * tickMillis; tick <= end; tick += tickMillis) {
            clock = tick;
            series.tick(tick, new Keep(), changes);
            steps = joined(steps, evaluate(false));
        }
        return steps;
    }

    /**
     * This process was down until then: no sample could come in, so none is missed. To be called before time passes
     * that instant.
     */
    public void deafUntil(Instant instant) {
        series.deafUntil(instant.toEpochMilli());
    }

    private void moveTo(Instant instant) {
        clock = Math.max(clock, instant.toEpochMilli());
    }

    private List<Transition> evaluate(boolean always) {
        var now = clock();
        if (changes.isEmpty() && !always) {
            return lifecycle.step(now);
        }
        changes.removed().forEach(session::remove);
        changes.updated().forEach(session::update);
        Evaluation evaluation = session.evaluate();
        evaluation.parked().forEach(one -> parked.put(one.rule(), one.reason()));
        var steps = lifecycle.step(now, evaluation, changes.updated(), changes.removed());
        changes.clear();
        return steps;
    }

    private static List<Transition> joined(List<Transition> first, List<Transition> second) {
        if (first.isEmpty() || second.isEmpty()) {
            return first.isEmpty() ? second : first;
        }
        var both = new ArrayList<>(first);
        both.addAll(second);
        return both;
    }

    // Restart

    /**
     * Go on with these alerts. Until {@link #goLive}, records and ticks only bring the memory of the process back:
     * which conditions hold, and since when those of open alerts have been gone.
     */
    public void rehearse(Collection<Alert> open) {
        lifecycle.rehearse(true);
        lifecycle.restore(open);
        series.noteAll(clock().toEpochMilli(), changes);
        evaluate(true);
    }

    /** Bring back a series that an open alert is about and that has been silent for longer than the log was re-read. */
    public void revive(Series silent, Points points) {
        series.revive(silent, points, clock().toEpochMilli(), changes);
    }

    boolean knows(Series one) {
        return series.find(one.fingerprint()) != null;
    }

    /** From now on steps are taken. */
    public List<Transition> goLive() {
        lifecycle.rehearse(false);
        return evaluate(true);
    }

    // People

    /** See {@link AlertLifecycle#acknowledge}. */
    public Optional<Transition> acknowledge(AlertId id, String actor, String note, Instant at) {
        return lifecycle.acknowledge(id, actor, note, at);
    }

    /** See {@link AlertLifecycle#resolve}. */
    public Optional<Transition> resolve(AlertId id, String actor, String note, Instant at) {
        return lifecycle.resolve(id, actor, note, at);
    }

    @Override
    public void close() {
        session.close();
    }

    /** Series of open alerts are kept. Which they are is asked once for each tick at most, and seldom. */
    private final class Keep implements Predicate<LiveSeries> {
        private @Nullable Set<Fingerprint> concerned;

        @Override
        public boolean test(LiveSeries silent) {
            var known = concerned;
            if (known == null) {
                known = new HashSet<>(lifecycle.concernedSeries());
                concerned = known;
            }
            return known.contains(silent.series().fingerprint());
        }
    }

    private final class LiveSight implements Sight {
        @Override
        public boolean knows(Series one) {
            return Detector.this.knows(one);
        }

        @Override
        public boolean lacksData(RuleId id, Series one) {
            var live = series.find(one.fingerprint());
            var rule = rules.get(id);
            return live == null
                    || rule == null
                    || rule.demands().stream()
                            .anyMatch(demand ->
                                    demand.selector().matches(one.labels()) && live.lacksData(demand.window()));
        }
    }
}
