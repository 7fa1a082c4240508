package tocsin.rule;

import tocsin.label.Labels;

/**
 * "This holds for these labels now, with this evidence."
 *
 * @param labels the labels of the series without the metric's name; the rule's own labels are not yet added
 */
public record Finding(RuleDefinition rule, Labels labels, Evidence evidence) {

    /** What a finding is known by, however often it is repeated. */
    public record Key(RuleId rule, Labels labels) {}

    public Key key() {
        return new Key(rule.id(), labels);
    }
}
