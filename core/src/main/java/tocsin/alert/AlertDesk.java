package tocsin.alert;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Where people act on alerts, and where anyone can watch them change. Safe for concurrent use. */
public interface AlertDesk {
    /**
     * Take an alert. Acknowledging an alert that is acknowledged or resolved changes nothing and is no error. The
     * future completes once the step is stored, and fails with {@link java.util.NoSuchElementException} when there is
     * no such alert.
     */
    CompletableFuture<Alert> acknowledge(AlertId id, String actor, String note);

    /** Close an alert by hand. If its condition still holds, it starts a new episode only after it had cleared. */
    CompletableFuture<Alert> resolve(AlertId id, String actor, String note);

    /** Be told of each step soon after it was stored. Listeners must be quick. */
    void onStored(Consumer<Transition> listener);
}
