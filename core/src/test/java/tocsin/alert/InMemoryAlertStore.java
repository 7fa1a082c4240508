package tocsin.alert;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tocsin.signal.LogPosition;

/** Alerts in memory, for tests. It can be told to be away, as a database can be. */
public final class InMemoryAlertStore implements AlertStore {
    private final Map<AlertId, List<Transition>> lives = new LinkedHashMap<>();
    private final List<Transition> stored = new ArrayList<>();
    private final List<Transition> handOvers = new ArrayList<>();
    private LogPosition evaluatedUpTo = LogPosition.START;
    private @Nullable RuntimeException away;
    private int refusals;

    /** Let every call fail with this until {@link #comeBack}. */
    public synchronized void goAway(RuntimeException with) {
        away = with;
    }

    public synchronized void comeBack() {
        away = null;
    }

    /** How many calls have failed. */
    public synchronized int refusals() {
        return refusals;
    }

    /** Every step, in the order in which they were stored, each once. */
    public synchronized List<Transition> stored() {
        return List.copyOf(stored);
    }

    @Override
    public synchronized void store(List<Transition> transitions, LogPosition upTo) {
        failIfAway();
        for (var step : transitions) {
            var life = lives.computeIfAbsent(step.alert().id(), _ -> new ArrayList<>());
            boolean known = life.stream()
                    .anyMatch(earlier ->
                            earlier.alert().revision() >= step.alert().revision());
            if (!known) {
                life.add(step);
                stored.add(step);
                if (concernsPeople(step)) {
                    handOvers.add(step);
                }
            }
        }
        evaluatedUpTo = upTo;
    }

    private static boolean concernsPeople(Transition step) {
        return concernsPeople(step.to()) || concernsPeople(step.from());
    }

    private static boolean concernsPeople(@Nullable Status status) {
        return status == Status.FIRING || status == Status.ACKNOWLEDGED;
    }

    private void failIfAway() {
        if (away != null) {
            refusals++;
            throw away;
        }
    }

    @Override
    public synchronized LogPosition evaluatedUpTo() {
        failIfAway();
        return evaluatedUpTo;
    }

    @Override
    public synchronized List<Alert> open() {
        failIfAway();
        return newest().stream().filter(alert -> alert.status().isOpen()).toList();
    }

    private List<Alert> newest() {
        return lives.values().stream().map(life -> life.getLast().alert()).toList();
    }

    @Override
    public synchronized List<Alert> find(AlertQuery query) {
        failIfAway();
        return newest().stream()
                .filter(alert -> query.statuses().contains(alert.status()))
                .filter(alert -> alert.severity().compareTo(query.atLeast()) >= 0)
                .filter(alert -> query.rule() == null || query.rule().equals(alert.rule()))
                .sorted(Comparator.comparing(Alert::severity)
                        .thenComparing(Alert::startedAt)
                        .reversed())
                .limit(query.limit())
                .toList();
    }

    @Override
    public synchronized Optional<Alert> find(AlertId id) {
        failIfAway();
        return Optional.ofNullable(lives.get(id)).map(life -> life.getLast().alert());
    }

    @Override
    public synchronized List<Transition> transitions(AlertId id) {
        failIfAway();
        return List.copyOf(lives.getOrDefault(id, List.of()));
    }

    @Override
    public int handOver(int limit, Consumer<Transition> handler) {
        Set<AlertId> stuck = new HashSet<>();
        int done = 0;
        for (var step : waiting()) {
            if (done < limit && !stuck.contains(step.alert().id())) {
                try {
                    handler.accept(step);
                    synchronized (this) {
                        handOvers.remove(step);
                    }
                    done++;
                } catch (RuntimeException e) {
                    stuck.add(step.alert().id());
                }
            }
        }
        return done;
    }

    private synchronized List<Transition> waiting() {
        failIfAway();
        return List.copyOf(handOvers);
    }
}
