package tocsin.alert;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tocsin.label.Fingerprint;
import tocsin.label.Labels;
import tocsin.rule.Evidence;
import tocsin.rule.RuleId;
import tocsin.rule.Severity;

/**
 * One problem found by one rule for one set of labels: one episode, from first sighting to resolution.
 *
 * @param fingerprint of the rule's name and the labels; what deduplicates sightings
 * @param ruleVersion the version of the rule that found it last
 * @param labels labels of the series and of the rule, without the metric's name
 * @param revision counts the transitions of this episode from 1; a greater one replaces a smaller one
 * @param startedAt event time at which the condition was first seen to hold
 * @param firedAt when it began to fire; null when it never did
 * @param changedAt time of the latest transition
 * @param acknowledgedBy who has taken it; null when nobody has
 * @param summary the rule's summary, filled in
 * @param runbook where it is written what to do; null when nowhere
 * @param heal the channel whose call may repair it; null when there is none
 * @param evidence the values that decided, as of the latest transition
 */
public record Alert(
        AlertId id,
        Fingerprint fingerprint,
        RuleId rule,
        int ruleVersion,
        Labels labels,
        Severity severity,
        Status status,
        int revision,
        Instant startedAt,
        @Nullable Instant firedAt,
        Instant changedAt,
        @Nullable String acknowledgedBy,
        String summary,
        @Nullable String runbook,
        @Nullable String heal,
        Evidence evidence) {

    public Alert {
        if (revision < 1) {
            throw new IllegalArgumentException("revision " + revision + " of alert " + id + " is less than 1");
        }
    }

    /** The fingerprint of an alert: its rule's name beside its labels. */
    public static Fingerprint fingerprint(RuleId rule, Labels labels) {
        return labels.with(Map.of("alertname", rule.value())).fingerprint();
    }

    /** Whether people were ever told of it, or are about to be. */
    public boolean hasFired() {
        return firedAt != null;
    }
}
