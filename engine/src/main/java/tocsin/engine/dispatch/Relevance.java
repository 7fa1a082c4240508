package tocsin.engine.dispatch;

import org.jspecify.annotations.Nullable;
import tocsin.alert.Alert;
import tocsin.alert.AlertStore;
import tocsin.alert.Status;
import tocsin.notify.Message;

/** Asks, when a message is about to be sent, whether its alert still wants it. */
final class Relevance {
    private final AlertStore alerts;

    Relevance(AlertStore alerts) {
        this.alerts = alerts;
    }

    /** Why the message must not be sent any more; null when it must. An alert that is not known is no reason. */
    @Nullable String objection(Message message) {
        if (message.alert() == null) {
            return null;
        }
        return alerts.find(message.alert())
                .map(alert -> objection(message.kind(), alert))
                .orElse(null);
    }

    private static @Nullable String objection(Message.Kind kind, Alert alert) {
        return switch (kind) {
            case FIRING, ESCALATED -> taken(alert) == null ? over(alert) : taken(alert);
            case ACKNOWLEDGED, HEAL -> over(alert);
            case RESOLVED, TEST -> null;
        };
    }

    private static @Nullable String taken(Alert alert) {
        if (alert.status() != Status.ACKNOWLEDGED) {
            return null;
        }
        String by = alert.acknowledgedBy() == null ? "" : " by " + alert.acknowledgedBy();
        return "not sent, because the alert was acknowledged" + by + " before its turn came";
    }

    private static @Nullable String over(Alert alert) {
        return alert.status() == Status.RESOLVED
                ? "not sent, because the alert was resolved before its turn came"
                : null;
    }
}
