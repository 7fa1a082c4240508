package tocsin.drools;

import java.util.List;
import tocsin.rule.Compilation;
import tocsin.rule.RuleEngine;
import tocsin.rule.RuleSession;

/** Rules as DRL text, checked against the vocabulary and run by Drools from the model that the check made. */
public final class DroolsRuleEngine implements RuleEngine {
    private final DroolsRuleSettings settings;

    public DroolsRuleEngine() {
        this(DroolsRuleSettings.DEFAULT);
    }

    public DroolsRuleEngine(DroolsRuleSettings settings) {
        this.settings = settings;
    }

    @Override
    public Compilation compile(String text) {
        var problems = new Problems();
        var rules = TextReader.read(text, problems);
        if (problems.isEmpty()) {
            DrlCheck.check(text, rules, problems);
        }
        return problems.isEmpty()
                ? new Compilation(List.copyOf(rules), List.of())
                : new Compilation(List.of(), problems.inOrder());
    }

    @Override
    public RuleSession open() {
        return new DroolsRuleSession(settings);
    }
}
