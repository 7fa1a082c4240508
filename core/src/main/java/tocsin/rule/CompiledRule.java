package tocsin.rule;

import java.util.List;
import java.util.Set;

/** A rule that was checked and can be run by the evaluator that compiled it. */
public interface CompiledRule {
    RuleDefinition definition();

    /** Every selector of the rule's patterns: a series that none of them matches cannot concern the rule. */
    List<Selector> selectors();

    Set<Demand> demands();

    /** The same rule with the version that storage gave it. */
    CompiledRule withVersion(int version);
}
