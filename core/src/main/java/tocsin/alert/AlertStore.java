package tocsin.alert;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import tocsin.signal.LogPosition;

/** Remembers every alert and every step of its life. Safe for concurrent use. */
public interface AlertStore {
    /**
     * Store these steps, in their order, and the position up to which the log was evaluated, in one transaction.
     * Storing a step again changes nothing. Each stored step that people or processes may care about (to or from
     * {@link Status#FIRING} or {@link Status#ACKNOWLEDGED}) becomes a hand-over.
     */
    void store(List<Transition> transitions, LogPosition evaluatedUpTo);

    /** The position that was stored last; {@link LogPosition#START} when there was none. */
    LogPosition evaluatedUpTo();

    /** Every open alert, pending ones included. */
    List<Alert> open();

    List<Alert> find(AlertQuery query);

    Optional<Alert> find(AlertId id);

    /** The steps of an alert's life, oldest first. */
    List<Transition> transitions(AlertId id);

    /**
     * Hand stored steps over to the workflow: oldest first, those of one alert strictly in order, each in a transaction
     * of its own that also holds whatever the handler writes through other ports. A handler that throws leaves its
     * step for later, with growing pauses. Returns how many were handed over.
     */
    int handOver(int limit, Consumer<Transition> handler);
}
