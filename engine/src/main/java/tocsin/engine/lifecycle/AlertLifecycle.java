package tocsin.engine.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tocsin.alert.Alert;
import tocsin.alert.AlertId;
import tocsin.alert.Status;
import tocsin.alert.Transition;
import tocsin.label.Fingerprint;
import tocsin.rule.Evaluation;
import tocsin.rule.Finding;
import tocsin.rule.RuleDefinition;
import tocsin.rule.RuleId;
import tocsin.rule.SeriesView;
import tocsin.signal.Series;

/**
 * Turns what holds and what has ended into the steps of alerts. The same for every rule, and a function of its calls:
 * it reads no clock, so a replay of the same log takes the same steps.
 *
 * <p><b>Two times.</b> {@code startedAt} is event time: that of the sample in which the condition was seen. Hold and
 * keep-firing are measured on the driving clock, from the moment at which the condition was seen to hold or not to
 * hold. Were the hold measured in event time, one sender whose clock is five minutes ahead would page at once, and one
 * whose clock is behind would page never. The two are never subtracted from each other.
 *
 * <p><b>No data resolves nothing.</b> When a condition stops holding because a window ran out of samples, the finding
 * is <em>doubted</em>: it goes on as if it held, until its series reports again and gives an answer, or ends, or
 * somebody closes the alert. What is restored after a restart is doubted as well, until it is seen.
 *
 * <p>Used by one thread.
 */
public final class AlertLifecycle {
    /** Starts of past episodes that are remembered, so that a new one gets a name of its own. */
    private static final int MAX_REMEMBERED_STARTS = 100_000;

    private static final Instant NEVER = Instant.MAX;

    private final Sight sight;
    private final Map<RuleId, RuleDefinition> rules = new HashMap<>();
    private final Map<RuleId, Integer> holdingByRule = new ConcurrentHashMap<>();
    private final Map<RuleId, String> parked = new HashMap<>();

    private final Map<AlertId, Episode> episodes = new LinkedHashMap<>();
    private final Map<Fingerprint, Episode> byFingerprint = new HashMap<>();
    private final Map<Finding.Key, Episode> byKey = new HashMap<>();

    /** What the rules say holds. */
    private final Map<Finding.Key, Finding> held = new HashMap<>();

    /** What held once, and of which nothing has been heard since; by the series that would tell. */
    private final Map<Fingerprint, Set<Finding.Key>> doubted = new HashMap<>();

    /** What somebody closed by hand while it held: it makes no new alert before it has cleared. */
    private final Set<Finding.Key> closed = new HashSet<>();

    /** Episodes for which time alone may bring the next step. */
    private final Set<Episode> waiting = new LinkedHashSet<>();

    private final Map<Fingerprint, Instant> lastStarts = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Fingerprint, Instant> eldest) {
            return size() > MAX_REMEMBERED_STARTS;
        }
    };

    private List<Transition> steps = new ArrayList<>();
    private Instant nextDue = NEVER;
    private boolean rehearsing;
    private boolean rulesChanged;

    public AlertLifecycle(Sight sight) {
        this.sight = sight;
    }

    /**
     * The rules that are live. Alerts of others resolve with the next step. A rule that is live but cannot be run is
     * among them: nobody withdrew it, so its alerts stay.
     */
    public void use(Collection<RuleDefinition> live) {
        rules.clear();
        live.forEach(rule -> rules.put(rule.id(), rule));
        rulesChanged = true;
        nextDue = Instant.MIN; // a changed hold may be over now
    }

    /** Go on with these alerts. They stay as they are until their series reports, or ends, or their rule is gone. */
    public void restore(Collection<Alert> open) {
        for (var alert : open) {
            var series = alert.evidence().series();
            var key = new Finding.Key(alert.rule(), series.labels().withoutMetric());
            var episode = new Episode(alert);
            episodes.put(alert.id(), episode);
            byFingerprint.put(alert.fingerprint(), episode);
            hold(episode, key);
            doubt(key, series);
            if (episode.pending()) {
                await(episode, Instant.MIN);
            }
        }
    }

    /** An episode that is over, so that a new one about the same gets a name of its own. */
    public void remember(Alert resolved) {
        lastStarts.merge(resolved.fingerprint(), resolved.startedAt(), (a, b) -> a.isAfter(b) ? a : b);
    }

    /**
     * What holds without having an alert, with the fingerprint that its alert would have. After a rehearsal it either
     * was {@link #close closed} by hand, or gets an alert with the next step.
     */
    public Map<Finding.Key, Fingerprint> unclaimed() {
        var unclaimed = new LinkedHashMap<Finding.Key, Fingerprint>();
        for (var finding : held.values()) {
            if (!byKey.containsKey(finding.key()) && !closed.contains(finding.key())) {
                unclaimed.put(finding.key(), Alert.fingerprint(finding.rule().id(), Alerts.labels(finding)));
            }
        }
        return unclaimed;
    }

    /** Somebody closed this before the restart: it makes no new alert before it has cleared. */
    public void close(Finding.Key key) {
        closed.add(key);
    }

    /**
     * While rehearsing, what holds and what is gone is noted but no step is taken: records that were evaluated before a
     * restart are read once more. Afterwards, what holds without having an alert gets one with the next step.
     */
    public void rehearse(boolean on) {
        rehearsing = on;
        rulesChanged = true; // alerts without a rule, and rules without an alert, are looked for afterwards
        nextDue = Instant.MIN;
    }

    /**
     * What one evaluation said, and what time has brought.
     *
     * @param now the driving clock, never earlier than before
     * @param looked series with news, whether or not anything was found about them
     * @param removed series that are gone
     * @return the steps taken, in an order that follows from them alone
     */
    public List<Transition> step(
            Instant now,
            Evaluation evaluation,
            Collection<? extends SeriesView> looked,
            Collection<? extends SeriesView> removed) {
        evaluation.parked().forEach(one -> parked.put(one.rule(), one.reason()));
        evaluation.holding().forEach(finding -> holds(finding, now));
        evaluation.ended().forEach(ended -> ended(ended, now));
        if (!doubted.isEmpty()) {
            removed.forEach(view -> endDoubts(view.series(), now));
            looked.forEach(view -> settleDoubts(view.series(), now));
        }
        if (rulesChanged && !rehearsing) {
            resolveWithoutRule(now);
        }
        if (!rehearsing && !now.isBefore(nextDue)) {
            stepsThatAreDue(now);
        }
        return takeSteps();
    }

    /** Only time has passed. */
    public List<Transition> step(Instant now) {
        return step(now, Evaluation.NOTHING, List.of(), List.of());
    }

    private List<Transition> takeSteps() {
        if (steps.isEmpty()) {
            return List.of();
        }
        var taken = steps;
        steps = new ArrayList<>();
        taken.sort(Comparator.comparing((Transition step) -> step.alert().id().value())
                .thenComparingInt(step -> step.alert().revision()));
        return List.copyOf(taken);
    }

    // What holds

    private void holds(Finding finding, Instant now) {
        var key = finding.key();
        if (held.put(key, finding) == null) {
            holdingByRule.merge(key.rule(), 1, Integer::sum);
            parked.remove(key.rule());
        }
        undoubt(key, finding.evidence().series());
        if (!closed.contains(key)) {
            claim(key, finding, now);
        }
    }

    private void claim(Finding.Key key, Finding finding, Instant now) {
        var episode = byKey.get(key);
        if (episode == null) {
            var labels = Alerts.labels(finding);
            var fingerprint = Alert.fingerprint(finding.rule().id(), labels);
            episode = byFingerprint.get(fingerprint);
            if (episode == null) {
                if (!rehearsing) {
                    open(key, finding, now);
                }
                return;
            }
        }
        hold(episode, key);
        episode.latest = finding;
        if (episode.goneSince != null) {
            episode.goneSince = null;
            if (!episode.pending()) {
                waiting.remove(episode);
            }
        }
    }

    private void open(Finding.Key key, Finding finding, Instant now) {
        var labels = Alerts.labels(finding);
        var fingerprint = Alert.fingerprint(finding.rule().id(), labels);
        var alert = Alerts.first(finding, labels, fingerprint, startOf(finding, fingerprint), now);
        var episode = new Episode(alert);
        episode.latest = finding;
        episodes.put(alert.id(), episode);
        byFingerprint.put(fingerprint, episode);
        hold(episode, key);
        if (episode.pending()) {
            await(episode, now.plus(finding.rule().hold()));
        }
        steps.add(new Transition(alert, null, now, Transition.BY_RULE, Reasons.holds(finding.evidence())));
    }

    /**
     * Event time of the evidence. Where the same sample already started an episode that is over (its window moved on
     * and back, or the rule was withdrawn and returned), a millisecond later: an episode's name is never used twice.
     */
    private Instant startOf(Finding finding, Fingerprint fingerprint) {
        var seen = finding.evidence().at().truncatedTo(ChronoUnit.MILLIS);
        var last = lastStarts.get(fingerprint);
        return last == null || seen.isAfter(last) ? seen : last.plusMillis(1);
    }

    private void hold(Episode episode, Finding.Key key) {
        byKey.put(key, episode);
        episode.keys.add(key);
        episode.holding.add(key);
    }

    // What has ended

    private void ended(Evaluation.Ended ended, Instant now) {
        var key = ended.key();
        var finding = held.remove(key);
        if (finding != null) {
            holdingByRule.merge(key.rule(), -1, Integer::sum);
        }
        switch (ended.reason()) {
            case CONDITION_CLEARED -> {
                if (finding != null
                        && sight.lacksData(key.rule(), finding.evidence().series())) {
                    doubt(key, finding.evidence().series());
                } else {
                    cleared(key, now);
                }
            }
            case SERIES_GONE -> gone(key, now, Reasons.SERIES_ENDED);
            case RULE_GONE -> gone(key, now, ruleGone(key.rule()));
        }
    }

    private String ruleGone(RuleId rule) {
        String why = parked.get(rule);
        return why == null ? Reasons.RULE_WITHDRAWN : Reasons.parked(why);
    }

    private void cleared(Finding.Key key, Instant now) {
        closed.remove(key);
        var episode = byKey.get(key);
        if (episode == null || !episode.holding.remove(key) || !episode.holding.isEmpty()) {
            return;
        }
        episode.goneSince = now;
        await(episode, now.plus(episode.pending() ? Duration.ZERO : keepFiring(episode)));
    }

    private void gone(Finding.Key key, Instant now, String reason) {
        closed.remove(key);
        var episode = byKey.get(key);
        if (episode == null) {
            return;
        }
        episode.holding.remove(key);
        if (episode.holding.isEmpty() && !rehearsing) {
            resolve(episode, now, Transition.BY_RULE, reason);
        }
    }

    private void resolveWithoutRule(Instant now) {
        rulesChanged = false;
        var orphans = episodes.values().stream()
                .filter(episode -> !rules.containsKey(episode.alert().rule()))
                .toList();
        orphans.forEach(episode -> resolve(
                episode, now, Transition.BY_RULE, ruleGone(episode.alert().rule())));
        closed.removeIf(key -> !rules.containsKey(key.rule()));
        doubted.values().removeIf(keys -> {
            keys.removeIf(key -> !rules.containsKey(key.rule()));
            return keys.isEmpty();
        });
        for (var key : unclaimed().keySet()) { // what was seen to hold in a rehearsal
            var finding = held.get(key);
            if (finding != null) {
                claim(key, finding, now);
            }
        }
    }

    private Transition resolve(Episode episode, Instant now, String actor, String reason) {
        var step = episode.step(Status.RESOLVED, now, actor, reason);
        steps.add(step);
        var alert = episode.alert();
        episodes.remove(alert.id());
        byFingerprint.remove(alert.fingerprint(), episode);
        episode.keys.forEach(key -> byKey.remove(key, episode));
        waiting.remove(episode);
        lastStarts.put(alert.fingerprint(), alert.startedAt());
        return step;
    }

    // What is not known

    private void doubt(Finding.Key key, Series series) {
        doubted.computeIfAbsent(series.fingerprint(), _ -> new LinkedHashSet<>())
                .add(key);
    }

    private void undoubt(Finding.Key key, Series series) {
        if (!doubted.isEmpty()) {
            doubted.computeIfPresent(series.fingerprint(), (_, keys) -> {
                keys.remove(key);
                return keys.isEmpty() ? null : keys;
            });
        }
    }

    private void settleDoubts(Series series, Instant now) {
        var keys = doubted.get(series.fingerprint());
        if (keys == null) {
            return;
        }
        for (var key : List.copyOf(keys)) {
            if (rules.containsKey(key.rule()) && !sight.lacksData(key.rule(), series)) {
                undoubt(key, series);
                cleared(key, now);
            }
        }
    }

    private void endDoubts(Series series, Instant now) {
        var keys = doubted.get(series.fingerprint());
        if (keys != null) {
            for (var key : List.copyOf(keys)) {
                undoubt(key, series);
                gone(key, now, Reasons.SERIES_ENDED);
            }
        }
    }

    // What time brings

    private void await(Episode episode, Instant due) {
        waiting.add(episode);
        if (due.isBefore(nextDue)) {
            nextDue = due;
        }
    }

    private void stepsThatAreDue(Instant now) {
        nextDue = NEVER;
        for (var episode : List.copyOf(waiting)) {
            if (episode.goneSince != null) {
                resolveWhenDue(episode, episode.goneSince, now);
            } else if (episode.pending()) {
                fireWhenDue(episode, now);
            } else {
                waiting.remove(episode);
            }
        }
    }

    private void resolveWhenDue(Episode episode, Instant goneSince, Instant now) {
        var keep = episode.pending() ? Duration.ZERO : keepFiring(episode);
        if (now.isBefore(goneSince.plus(keep))) {
            await(episode, goneSince.plus(keep));
        } else {
            String reason = episode.pending() ? Reasons.clearedEarly(hold(episode)) : Reasons.cleared(keep);
            resolve(episode, now, Transition.BY_RULE, reason);
        }
    }

    private void fireWhenDue(Episode episode, Instant now) {
        var due = episode.alert().changedAt().plus(hold(episode));
        if (now.isBefore(due)) {
            await(episode, due);
        } else if (!seen(episode)) {
            await(episode, now.plusSeconds(1)); // restored, and its series has not reported
        } else {
            waiting.remove(episode);
            var latest = episode.latest;
            var evidence = latest == null ? episode.alert().evidence() : latest.evidence();
            steps.add(episode.step(Status.FIRING, now, Transition.BY_RULE, Reasons.heldFor(evidence, hold(episode))));
        }
    }

    private boolean seen(Episode episode) {
        return episode.holding.stream().anyMatch(held::containsKey)
                || sight.knows(episode.alert().evidence().series());
    }

    private Duration hold(Episode episode) {
        var rule = rules.get(episode.alert().rule());
        return rule == null ? Duration.ZERO : rule.hold();
    }

    private Duration keepFiring(Episode episode) {
        var rule = rules.get(episode.alert().rule());
        return rule == null ? Duration.ZERO : rule.keepFiring();
    }

    // What people do

    /** Somebody takes an alert. Empty when there is nothing to do: it is taken already, or it is not open. */
    public Optional<Transition> acknowledge(AlertId id, String actor, String note, Instant now) {
        var episode = episodes.get(id);
        if (episode == null || episode.alert().status() == Status.ACKNOWLEDGED) {
            return Optional.empty();
        }
        waiting.remove(episode); // a pending alert that is taken will not page
        if (episode.goneSince != null) {
            await(episode, episode.goneSince.plus(keepFiring(episode)));
        }
        return Optional.of(
                episode.step(Status.ACKNOWLEDGED, now, actor, Reasons.byHand(note, "acknowledged by " + actor)));
    }

    /** Somebody closes an alert. Empty when it is not open. */
    public Optional<Transition> resolve(AlertId id, String actor, String note, Instant now) {
        var episode = episodes.get(id);
        if (episode == null) {
            return Optional.empty();
        }
        closed.addAll(episode.holding);
        resolve(episode, now, actor, Reasons.byHand(note, "closed by " + actor));
        return Optional.of(takeSteps().getLast());
    }

    // What others want to know

    /** An open alert, as it is now. */
    public @Nullable Alert find(AlertId id) {
        var episode = episodes.get(id);
        return episode == null ? null : episode.alert();
    }

    public Collection<Alert> open() {
        return episodes.values().stream().map(Episode::alert).toList();
    }

    /** The series that open alerts are about: they must not be forgotten, however long they are silent. */
    public Set<Fingerprint> concernedSeries() {
        var concerned = new HashSet<>(doubted.keySet());
        held.values()
                .forEach(finding -> concerned.add(finding.evidence().series().fingerprint()));
        return concerned;
    }

    /** For how many labels the rule's condition holds. From any thread. */
    public int holding(RuleId rule) {
        return holdingByRule.getOrDefault(rule, 0);
    }
}
