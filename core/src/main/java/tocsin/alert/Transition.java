package tocsin.alert;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One step in an alert's life.
 *
 * @param alert the alert as it is after this step; its revision numbers the step, its evidence is that of the step
 * @param from the status before, null for the first step
 * @param at when, by the clock that drives the life cycle
 * @param actor {@code rule}, or the account that acted
 * @param reason in words, for people
 */
public record Transition(Alert alert, @Nullable Status from, Instant at, String actor, String reason) {
    /** The actor of what happened by itself. */
    public static final String BY_RULE = "rule";

    public Status to() {
        return alert.status();
    }
}
