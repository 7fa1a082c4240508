package tocsin.step;

import org.flowable.engine.delegate.DelegateExecution;
import tocsin.alert.Alert;
import tocsin.alert.AlertId;
import tocsin.alert.AlertStore;
import tocsin.alert.Transition;

/** What a step can know of the run that it belongs to. A run's business key is the id of its alert. */
public final class Context {
    /** Who took the latest step of the alert, as the message that reports it carries it. */
    public static final String ACTOR = "actor";

    private final AlertStore alerts;
    private final AlertGuard guard;

    public Context(AlertStore alerts, AlertGuard guard) {
        this.alerts = alerts;
        this.guard = guard;
    }

    /** The alert as it is stored now. Until the transaction ends, nobody else moves its processes. */
    Alert alert(DelegateExecution execution) {
        var id = new AlertId(execution.getProcessInstanceBusinessKey());
        guard.hold(id);
        return alerts.find(id).orElseThrow(() -> new IllegalStateException("alert " + id + " is not stored"));
    }

    String actor(DelegateExecution execution) {
        return execution.getVariable(ACTOR) instanceof String actor ? actor : Transition.BY_RULE;
    }

    boolean isByRule(DelegateExecution execution) {
        return actor(execution).equals(Transition.BY_RULE);
    }
}
