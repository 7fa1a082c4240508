package tocsin.engine.series;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tocsin.label.Fingerprint;
import tocsin.rule.CompiledRule;
import tocsin.rule.RuleId;
import tocsin.rule.SeriesCatalog;
import tocsin.rule.Window;
import tocsin.signal.Points;
import tocsin.signal.SampleBatch;
import tocsin.signal.Series;
import tocsin.signal.Staleness;

/**
 * Every series that reports now: its latest sample, and the windows over its samples that rules demand.
 *
 * <p>It is driven by samples and by ticks, both with the time of the driving clock, and never looks at a clock itself:
 * the same calls give the same values. Windows compare event times with the driving clock, so a sample from the future
 * counts once its time has come. Everything is called by the one thread that evaluates, but for {@link #catalog},
 * {@link #tally} and the counters.
 *
 * <p>A series is gone when its staleness marker comes. One that merely falls silent stays, with its last value and with
 * windows that run empty, because its silence is what some rules are about: for 24 hours when a rule matches it, and
 * for {@link SeriesSettings#staleAfter} otherwise.
 */
public final class LiveSeriesSet {
    /** A series whose windows run with time is looked at once in this many ticks when no sample comes. */
    public static final int TICKS_PER_SLIDE = 15;

    /** A sample from further in the future is a mistake. As the latest value it would hide all that follow. */
    public static final Duration MOST_AHEAD = Duration.ofHours(1);

    private static final Logger log = LoggerFactory.getLogger(LiveSeriesSet.class);

    private final SeriesSettings settings;
    private final long tickMillis;
    private final WindowFunctions functions = new WindowFunctions();
    private final Map<Fingerprint, LiveSeries> byFingerprint = new ConcurrentHashMap<>();
    private final Map<String, Map<Fingerprint, LiveSeries>> byMetric = new ConcurrentSkipListMap<>();
    private final List<List<LiveSeries>> phases = new ArrayList<>();
    private final Map<RuleId, RuleTally> tallies = new ConcurrentHashMap<>();
    private final AtomicLong skipped = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong early = new AtomicLong();
    private final SeriesCatalog catalog = new LiveCatalog(byFingerprint, byMetric);

    private RuleNeeds needs = RuleNeeds.NONE;
    private long step;
    private boolean someAreGone;
    private long deafUntil = Long.MIN_VALUE;

    /** @param tick the distance of ticks, by which {@link #tick} is called */
    public LiveSeriesSet(SeriesSettings settings, Duration tick) {
        this.settings = settings;
        this.tickMillis = tick.toMillis();
        for (int i = 0; i < TICKS_PER_SLIDE; i++) {
            phases.add(new ArrayList<>());
        }
    }

    /** What others may see, from any thread. */
    public SeriesCatalog catalog() {
        return catalog;
    }

    /** What a rule has been looking at, from any thread; null for a rule that was never used. */
    public @Nullable RuleTally tally(RuleId rule) {
        return tallies.get(rule);
    }

    /** Samples that were skipped because there are too many series. */
    public long skippedSamples() {
        return skipped.get();
    }

    /** Samples that left a window early because their series holds too many. */
    public long droppedSamples() {
        return dropped.get();
    }

    /** Samples that were skipped because their time is too far in the future. */
    public long earlySamples() {
        return early.get();
    }

    public @Nullable LiveSeries find(Fingerprint fingerprint) {
        return byFingerprint.get(fingerprint);
    }

    /**
     * Keep what these rules need, and nothing else. Returns the series whose windows now reach further back than what
     * was kept, with the start of what is missing. Changed series are noted, also those that no rule matches any more.
     */
    public List<Gap> use(Collection<? extends CompiledRule> rules, long now, Changes changes) {
        for (var rule : rules) {
            tallies.computeIfAbsent(rule.definition().id(), _ -> new RuleTally());
        }
        var next = new RuleNeeds(rules, tallies);
        var changedMetrics = next.changedMetrics(needs);
        needs = next;
        step++;
        var gaps = new ArrayList<Gap>();
        for (String metric : changedMetrics) {
            for (var series : byMetric.getOrDefault(metric, Map.of()).values()) {
                replan(series, now, changes, gaps);
            }
        }
        finish(now, changes);
        return gaps;
    }

    private void replan(LiveSeries series, long now, Changes changes, List<Gap> gaps) {
        long kept = series.plan().longestMillis();
        boolean wasMatched = series.matched();
        series.use(needs.planFor(series.series().labels()), settings.maxSamples());
        if (series.matched() || wasMatched) {
            note(series, changes);
        }
        long wanted = series.plan().longestMillis();
        if (wanted > kept) {
            gaps.add(new Gap(series.series().fingerprint(), now - wanted));
        }
    }

    /** A series that is new to a window, and the event time in milliseconds from which on its samples are wanted. */
    public record Gap(Fingerprint series, long fromMillis) {}

    /** Put stored samples under the live ones. What came in live counts as the newer write. */
    public void backfill(Fingerprint fingerprint, Points points, long now, Changes changes) {
        var series = byFingerprint.get(fingerprint);
        if (series != null && series.hasWindows()) {
            series.backfill(points, now, settings.maxSamples());
            step++;
            note(series, changes);
            finish(now, changes);
        }
    }

    /** Bring back a series that has been silent, from what is stored of it. Nothing happens when it is live. */
    public void revive(Series series, Points points, long now, Changes changes) {
        if (points.size() == 0 || byFingerprint.containsKey(series.fingerprint())) {
            return;
        }
        step++;
        for (int i = 0; i < points.size(); i++) {
            accept(series, points.times()[i], points.values()[i], now, changes);
        }
        finish(now, changes);
    }

    /** Take samples as they came in, and bring the windows of their series up to now. */
    public void accept(SampleBatch batch, long now, Changes changes) {
        take(batch, now, changes);
        finish(now, changes);
    }

    /** Take samples whose windows nobody looks at yet. */
    public void feed(SampleBatch batch, long now, Changes changes) {
        take(batch, now, changes);
    }

    private void take(SampleBatch batch, long now, Changes changes) {
        step++;
        for (int i = 0; i < batch.size(); i++) {
            accept(batch.series(i), batch.timeMillis(i), batch.value(i), now, changes);
        }
    }

    private void accept(Series of, long time, double value, long now, Changes changes) {
        if (time > now + MOST_AHEAD.toMillis()) {
            early.incrementAndGet();
            return;
        }
        var series = byFingerprint.get(of.fingerprint());
        if (Staleness.isMarker(value)) {
            if (series != null && time >= series.timeMillis()) {
                remove(series, changes);
            }
            return;
        }
        if (series == null) {
            series = add(of);
            if (series == null) {
                return;
            }
        }
        if (series.accept(time, value, now, settings.maxSamples())) {
            dropped.incrementAndGet();
        }
        if (series.matched()) {
            note(series, changes);
        }
    }

    private @Nullable LiveSeries add(Series of) {
        if (byFingerprint.size() >= settings.maxSeries()) {
            if (skipped.getAndIncrement() == 0) {
                log.warn(
                        "{} series are live, which is the limit: rules do not see further ones, such as {}",
                        settings.maxSeries(),
                        of);
            }
            return null;
        }
        var series = new LiveSeries(of);
        series.use(needs.planFor(of.labels()), settings.maxSamples());
        byFingerprint.put(of.fingerprint(), series);
        byMetric.computeIfAbsent(of.metric(), _ -> new ConcurrentHashMap<>()).put(of.fingerprint(), series);
        var phase = phaseOf(of.fingerprint());
        series.slot = phase.size();
        phase.add(series);
        return series;
    }

    private List<LiveSeries> phaseOf(Fingerprint fingerprint) {
        return phases.get(Math.floorMod(fingerprint.value(), TICKS_PER_SLIDE));
    }

    private void remove(LiveSeries series, Changes changes) {
        var fingerprint = series.series().fingerprint();
        byFingerprint.remove(fingerprint);
        byMetric.computeIfPresent(series.series().metric(), (_, sameMetric) -> {
            sameMetric.remove(fingerprint);
            return sameMetric.isEmpty() ? null : sameMetric;
        });
        var phase = phaseOf(fingerprint);
        var last = phase.removeLast();
        if (last != series) {
            phase.set(series.slot, last);
            last.slot = series.slot;
        }
        series.end();
        someAreGone = true;
        if (series.announced) {
            changes.removed.add(series);
        }
    }

    private void note(LiveSeries series, Changes changes) {
        if (series.notedInStep != step) {
            series.notedInStep = step;
            changes.updated.add(series);
        }
    }

    /** Compute the windows of what was noted, once for each series however many samples it got. */
    private void finish(long now, Changes changes) {
        if (someAreGone) {
            someAreGone = false;
            changes.updated.removeIf(LiveSeries::gone);
        }
        for (var series : changes.updated) {
            series.compute(functions, now, deafUntil);
            series.plan().evaluated(now);
            series.announced = true;
        }
    }

    /**
     * Time has passed. Of the series that have been silent, a fifteenth is brought up to now, or forgotten; which
     * fifteenth follows from the time and their names alone.
     *
     * @param keep silent series that must not be forgotten
     */
    public void tick(long now, Predicate<LiveSeries> keep, Changes changes) {
        step++;
        var phase = phases.get((int) Math.floorMod(now / tickMillis, (long) TICKS_PER_SLIDE));
        for (int i = phase.size() - 1; i >= 0; i--) { // backwards: removing fills the place from the end
            var series = phase.get(i);
            long silence = now - series.arrivedMillis();
            if (silence < TICKS_PER_SLIDE * tickMillis) {
                continue;
            }
            if (silence > patience(series) && !keep.test(series)) {
                remove(series, changes);
            } else if (series.hasWindows() && !series.settled()) {
                note(series, changes);
            }
        }
        finish(now, changes);
    }

    private long patience(LiveSeries series) {
        return (series.matched() ? Window.MAX_LENGTH : settings.staleAfter()).toMillis();
    }

    /** Note every series that some rule matches, with windows as of now. */
    public void noteAll(long now, Changes changes) {
        step++;
        for (var phase : phases) {
            for (var series : phase) {
                if (series.matched()) {
                    note(series, changes);
                }
            }
        }
        finish(now, changes);
    }

    /**
     * Nothing could come in until this instant, because this process was down. Windows that reach back before it do
     * not count samples and do not miss any.
     */
    public void deafUntil(long millis) {
        deafUntil = Math.max(deafUntil, millis);
    }
}
