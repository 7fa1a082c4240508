package tocsin.drools;

import java.util.List;

/**
 * The condition of a rule as data: all that is left of its text when it runs.
 *
 * @param patterns what must be there, in the rule's order; exactly one for now
 * @param raised the variable whose series the finding is about
 */
record RuleModel(List<SeriesPattern> patterns, String raised) {
    RuleModel {
        patterns = List.copyOf(patterns);
    }

    SeriesPattern subject() {
        return patterns.stream()
                .filter(pattern -> pattern.variable().equals(raised))
                .findFirst()
                .orElseThrow();
    }
}
