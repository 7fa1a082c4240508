package tocsin.workflow;

import java.time.Duration;
import java.util.Map;
import tocsin.rule.Severity;

/**
 * How long each step of an escalation waits for somebody to acknowledge before the next is told.
 *
 * @param patience by severity; a severity that is not named is told once and not escalated
 * @param repeats how often the last step is repeated before the escalation ends unanswered
 */
public record EscalationSettings(Map<Severity, Duration> patience, int repeats) {
    public EscalationSettings {
        patience = Map.copyOf(patience);
        patience.forEach((severity, wait) -> {
            if (wait.isNegative() || wait.isZero()) {
                throw new IllegalArgumentException("patience for " + severity.label() + " must be longer than nothing");
            }
        });
        if (repeats < 0 || repeats > 20) {
            throw new IllegalArgumentException("repeats is between 0 and 20, not " + repeats);
        }
    }
}
