package tocsin.engine.lifecycle;

import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tocsin.alert.Alert;
import tocsin.alert.Status;
import tocsin.alert.Transition;
import tocsin.rule.Finding;

/** An alert that is open, with what is needed to go on with it. */
final class Episode {
    /** Findings that make up this alert: one, unless the labels that a rule adds hide what tells series apart. */
    final Set<Finding.Key> keys = new HashSet<>();

    /** Those of them that hold, or held when they were last heard of. */
    final Set<Finding.Key> holding = new HashSet<>();

    /** The latest finding; null after a restart until the condition is seen again. */
    @Nullable Finding latest;

    /** Since when, by the driving clock, nothing holds; null while something does. */
    @Nullable Instant goneSince;

    private Alert alert;

    Episode(Alert alert) {
        this.alert = alert;
    }

    Alert alert() {
        return alert;
    }

    boolean pending() {
        return alert.status() == Status.PENDING;
    }

    /** Take a step. Time does not run backwards within an alert, also when people act while old records are read. */
    Transition step(Status to, Instant now, String actor, String reason) {
        var at = now.isBefore(alert.changedAt()) ? alert.changedAt() : now;
        var from = alert.status();
        var firedAt = to == Status.FIRING ? at : alert.firedAt();
        var acknowledgedBy = to == Status.ACKNOWLEDGED ? actor : alert.acknowledgedBy();
        var seen = latest;
        alert = seen == null
                ? withoutNews(to, at, firedAt, acknowledgedBy)
                : Alerts.withNews(alert, seen, to, at, firedAt, acknowledgedBy);
        return new Transition(alert, from, at, actor, reason);
    }

    private Alert withoutNews(Status to, Instant at, @Nullable Instant firedAt, @Nullable String acknowledgedBy) {
        return new Alert(
                alert.id(),
                alert.fingerprint(),
                alert.rule(),
                alert.ruleVersion(),
                alert.labels(),
                alert.severity(),
                to,
                alert.revision() + 1,
                alert.startedAt(),
                firedAt,
                at,
                acknowledgedBy,
                alert.summary(),
                alert.runbook(),
                alert.heal(),
                alert.evidence());
    }
}
