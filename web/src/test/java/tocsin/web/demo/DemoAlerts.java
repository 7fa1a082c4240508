package tocsin.web.demo;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tocsin.alert.Alert;
import tocsin.alert.AlertDesk;
import tocsin.alert.AlertId;
import tocsin.alert.AlertQuery;
import tocsin.alert.AlertStore;
import tocsin.alert.Status;
import tocsin.alert.Transition;
import tocsin.label.Labels;
import tocsin.rule.Evidence;
import tocsin.rule.RuleId;
import tocsin.rule.Severity;
import tocsin.signal.LogPosition;
import tocsin.signal.Series;

/** Alerts in memory, with the steps of their lives. */
final class DemoAlerts implements AlertStore, AlertDesk {
    private final Map<AlertId, List<Transition>> lives = new LinkedHashMap<>();
    private final List<Consumer<Transition>> listeners = new CopyOnWriteArrayList<>();
    private final InstantSource clock;

    DemoAlerts(InstantSource clock) {
        this.clock = clock;
    }

    /** What a made-up alert is about. */
    record Sketch(
            String rule,
            Severity severity,
            Series series,
            String expression,
            double threshold,
            double actual,
            String summary,
            @Nullable String runbook) {}

    /** An alert that began so many minutes ago and fired after this hold. */
    synchronized AlertId begin(Sketch sketch, long minutesAgo, Duration hold) {
        var startedAt = clock.instant().minus(Duration.ofMinutes(minutesAgo));
        Labels labels = sketch.series().labels().withoutMetric();
        var rule = new RuleId(sketch.rule());
        var fingerprint = Alert.fingerprint(rule, labels);
        var term = new Evidence.Term(sketch.expression(), ">", sketch.threshold(), sketch.actual());
        var evidence = new Evidence(sketch.series(), startedAt, sketch.actual(), List.of(term));
        var pending = new Alert(
                AlertId.of(fingerprint, startedAt),
                fingerprint,
                rule,
                3,
                labels,
                sketch.severity(),
                Status.PENDING,
                1,
                startedAt,
                null,
                startedAt,
                null,
                sketch.summary(),
                sketch.runbook(),
                null,
                evidence);
        String because = "%s is %s, above %s".formatted(sketch.expression(), sketch.actual(), sketch.threshold());
        add(new Transition(pending, null, startedAt, Transition.BY_RULE, because));
        if (startedAt.plus(hold).isBefore(clock.instant())) {
            step(
                    pending.id(),
                    Status.FIRING,
                    Transition.BY_RULE,
                    "The condition held for " + hold.toMinutes() + " min",
                    startedAt.plus(hold));
        }
        return pending.id();
    }

    synchronized Transition step(AlertId id, Status to, String actor, String reason, Instant at) {
        var before = find(id).orElseThrow(NoSuchElementException::new);
        var after = new Alert(
                before.id(),
                before.fingerprint(),
                before.rule(),
                before.ruleVersion(),
                before.labels(),
                before.severity(),
                to,
                before.revision() + 1,
                before.startedAt(),
                to == Status.FIRING ? at : before.firedAt(),
                at,
                to == Status.ACKNOWLEDGED ? actor : before.acknowledgedBy(),
                before.summary(),
                before.runbook(),
                before.heal(),
                before.evidence());
        var step = new Transition(after, before.status(), at, actor, reason);
        add(step);
        return step;
    }

    private void add(Transition step) {
        lives.computeIfAbsent(step.alert().id(), id -> new ArrayList<>()).add(step);
        listeners.forEach(listener -> listener.accept(step));
    }

    @Override
    public CompletableFuture<Alert> acknowledge(AlertId id, String actor, String note) {
        return act(id, Status.ACKNOWLEDGED, actor, note);
    }

    @Override
    public CompletableFuture<Alert> resolve(AlertId id, String actor, String note) {
        return act(id, Status.RESOLVED, actor, note);
    }

    private synchronized CompletableFuture<Alert> act(AlertId id, Status to, String actor, String note) {
        var before = find(id);
        if (before.isEmpty()) {
            return CompletableFuture.failedFuture(new NoSuchElementException(id.value()));
        }
        boolean done = before.get().status() == to || !before.get().status().isOpen();
        return CompletableFuture.completedFuture(
                done
                        ? before.get()
                        : step(id, to, actor, note.isEmpty() ? "By hand" : note, clock.instant())
                                .alert());
    }

    @Override
    public void onStored(Consumer<Transition> listener) {
        listeners.add(listener);
    }

    @Override
    public void store(List<Transition> transitions, LogPosition evaluatedUpTo) {
        transitions.forEach(this::add);
    }

    @Override
    public LogPosition evaluatedUpTo() {
        return LogPosition.START;
    }

    private synchronized List<Alert> all() {
        return lives.values().stream().map(life -> life.getLast().alert()).toList();
    }

    @Override
    public List<Alert> open() {
        return all().stream().filter(alert -> alert.status().isOpen()).toList();
    }

    @Override
    public List<Alert> find(AlertQuery query) {
        return all().stream()
                .filter(alert -> query.statuses().contains(alert.status()))
                .filter(alert -> alert.severity().compareTo(query.atLeast()) >= 0)
                .filter(alert -> query.rule() == null || query.rule().equals(alert.rule()))
                .sorted(Comparator.comparing(Alert::severity)
                        .thenComparing(Alert::changedAt)
                        .reversed())
                .limit(query.limit())
                .toList();
    }

    @Override
    public synchronized Optional<Alert> find(AlertId id) {
        return Optional.ofNullable(lives.get(id)).map(life -> life.getLast().alert());
    }

    @Override
    public synchronized List<Transition> transitions(AlertId id) {
        return List.copyOf(lives.getOrDefault(id, List.of()));
    }

    @Override
    public int handOver(int limit, Consumer<Transition> handler) {
        return 0;
    }
}
