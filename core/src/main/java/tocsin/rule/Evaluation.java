package tocsin.rule;

import java.util.List;

/**
 * What changed by one evaluation.
 *
 * @param holding findings about the series that were updated since the last evaluation, and about all series for rules
 *     that are new; those that held before are repeated with fresh evidence
 * @param ended findings that held before and do not hold any more
 * @param parked rules that were taken out because they exceeded their limit
 */
public record Evaluation(List<Finding> holding, List<Ended> ended, List<Parked> parked) {
    public static final Evaluation NOTHING = new Evaluation(List.of(), List.of(), List.of());

    public Evaluation {
        holding = List.copyOf(holding);
        ended = List.copyOf(ended);
        parked = List.copyOf(parked);
    }

    /** Why a finding has ended. */
    public enum Reason {
        /** The series reports, and the condition does not hold. */
        CONDITION_CLEARED,
        /** The series was removed. */
        SERIES_GONE,
        /** The rule was withdrawn or parked. */
        RULE_GONE
    }

    /** A finding, named as {@link Finding#key} names it, that does not hold any more. */
    public record Ended(Finding.Key key, Reason reason) {}

    /** A rule that is out until it is published again. */
    public record Parked(RuleId rule, String reason) {}
}
