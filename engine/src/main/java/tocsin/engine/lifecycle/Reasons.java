package tocsin.engine.lifecycle;

import java.time.Duration;
import java.util.stream.Collectors;
import tocsin.label.Labels;
import tocsin.rule.Durations;
import tocsin.rule.Evidence;
import tocsin.rule.Template;

/** Why a step was taken, in words for somebody who was asleep a minute ago. */
final class Reasons {
    static final String SERIES_ENDED = "the series ended";
    static final String RULE_WITHDRAWN = "the rule was withdrawn";

    private Reasons() {}

    static String holds(Evidence evidence) {
        return evidence.terms().isEmpty()
                ? "the condition holds"
                : evidence.terms().stream().map(Reasons::words).collect(Collectors.joining(" and "));
    }

    static String heldFor(Evidence evidence, Duration hold) {
        return holds(evidence) + ", for " + Durations.format(hold);
    }

    static String cleared(Duration keepFiring) {
        return keepFiring.isPositive()
                ? "the condition has not held for " + Durations.format(keepFiring)
                : "the condition no longer holds";
    }

    static String clearedEarly(Duration hold) {
        return "the condition cleared before it had held for " + Durations.format(hold);
    }

    static String parked(String why) {
        return "the rule was taken out of evaluation: " + why;
    }

    static String byHand(String note, String otherwise) {
        return note.isBlank() ? otherwise : note.strip();
    }

    private static String words(Evidence.Term term) {
        return "%s was %s, limit %s %s"
                .formatted(term.expression(), rounded(term.actual()), term.operator(), limit(term.threshold()));
    }

    /** Four digits say enough about what was measured. */
    private static String rounded(double value) {
        return Template.fill("{{value}}", Labels.EMPTY, value);
    }

    /** A limit is shown as it was written. */
    private static String limit(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
