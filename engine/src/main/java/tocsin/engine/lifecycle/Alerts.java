package tocsin.engine.lifecycle;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tocsin.alert.Alert;
import tocsin.alert.AlertId;
import tocsin.alert.Status;
import tocsin.label.Fingerprint;
import tocsin.label.Labels;
import tocsin.rule.Finding;
import tocsin.rule.Template;

/** Makes alerts of findings. */
final class Alerts {
    private Alerts() {}

    static Labels labels(Finding finding) {
        var rule = finding.rule();
        return rule.labels().isEmpty() ? finding.labels() : finding.labels().with(rule.labels());
    }

    static Alert first(Finding finding, Labels labels, Fingerprint fingerprint, Instant startedAt, Instant now) {
        var rule = finding.rule();
        boolean waits = rule.hold().isPositive();
        return new Alert(
                AlertId.of(fingerprint, startedAt),
                fingerprint,
                rule.id(),
                rule.version(),
                labels,
                rule.severity(),
                waits ? Status.PENDING : Status.FIRING,
                1,
                startedAt,
                waits ? null : now,
                now,
                null,
                Template.fill(rule.summary(), labels, finding.evidence().value()),
                rule.runbook(),
                rule.heal(),
                finding.evidence());
    }

    /** The next revision, with what the rule says of it now. What the alert is about does not change. */
    static Alert withNews(
            Alert before,
            Finding finding,
            Status to,
            Instant at,
            @Nullable Instant firedAt,
            @Nullable String acknowledgedBy) {
        var rule = finding.rule();
        return new Alert(
                before.id(),
                before.fingerprint(),
                before.rule(),
                rule.version(),
                before.labels(),
                rule.severity(),
                to,
                before.revision() + 1,
                before.startedAt(),
                firedAt,
                at,
                acknowledgedBy,
                Template.fill(
                        rule.summary(), before.labels(), finding.evidence().value()),
                rule.runbook(),
                rule.heal(),
                finding.evidence());
    }
}
