package tocsin.drools;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tocsin.rule.CompiledRule;
import tocsin.rule.Demand;
import tocsin.rule.RuleDefinition;
import tocsin.rule.Selector;

/** A checked rule. Equal when its definition and its condition are. */
record DroolsCompiledRule(RuleDefinition definition, RuleModel model) implements CompiledRule {
    @Override
    public List<Selector> selectors() {
        return model.patterns().stream()
                .flatMap(pattern -> pattern.selectors().stream())
                .toList();
    }

    @Override
    public Set<Demand> demands() {
        var demands = new HashSet<Demand>();
        model.patterns().forEach(pattern -> demands.addAll(pattern.demands()));
        return Set.copyOf(demands);
    }

    @Override
    public CompiledRule withVersion(int version) {
        return new DroolsCompiledRule(definition.withVersion(version), model);
    }
}
