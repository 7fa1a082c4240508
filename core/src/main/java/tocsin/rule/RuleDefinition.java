package tocsin.rule;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the annotations of a rule say, apart from its condition.
 *
 * @param version the version of the text; 0 while it has not been stored
 * @param hold how long the condition must hold before people hear of it ({@code @for})
 * @param keepFiring how long the condition must be gone before the alert resolves ({@code @keepFiring})
 * @param summary one line for people; {@code {{label}}} and {@code {{value | percent}}} are filled in, see
 *     {@link Template}
 * @param runbook where it is written what to do, null when nowhere
 * @param heal the channel whose call may repair it, tried before people are woken, null when there is none
 * @param labels added to the alert's labels
 * @param text the rule as DRL, exactly as it runs
 */
public record RuleDefinition(
        RuleId id,
        int version,
        Severity severity,
        Duration hold,
        Duration keepFiring,
        String summary,
        @Nullable String runbook,
        @Nullable String heal,
        Map<String, String> labels,
        String text) {
    public RuleDefinition {
        labels = Map.copyOf(labels);
    }

    public RuleDefinition withVersion(int stored) {
        return new RuleDefinition(id, stored, severity, hold, keepFiring, summary, runbook, heal, labels, text);
    }
}
