package tocsin.rule;

import java.util.List;

/**
 * What became of a text: rules, or what is wrong with it. Never both, so that nobody runs half a text.
 *
 * @param rules in the order of the text, empty when there are problems
 * @param problems in the order of the text, empty when all is well
 */
public record Compilation(List<CompiledRule> rules, List<Problem> problems) {
    public Compilation {
        rules = List.copyOf(rules);
        problems = List.copyOf(problems);
        if (!rules.isEmpty() && !problems.isEmpty()) {
            throw new IllegalArgumentException("a compilation has rules or problems, not both");
        }
    }

    public boolean ok() {
        return problems.isEmpty();
    }
}
