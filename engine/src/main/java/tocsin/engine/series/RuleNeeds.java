package tocsin.engine.series;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tocsin.label.Labels;
import tocsin.rule.CompiledRule;
import tocsin.rule.Demand;
import tocsin.rule.RuleId;
import tocsin.rule.Selector;
import tocsin.rule.Window;

/** What all rules together need, by metric, so that a new series is only held against rules that may concern it. */
final class RuleNeeds {
    static final RuleNeeds NONE = new RuleNeeds(List.of(), Map.of());

    /** One rule's patterns for one metric. */
    private record Need(CompiledRule rule, RuleTally tally, List<Selector> selectors, List<Demand> demands) {}

    private record PlanKey(List<RuleTally> rules, List<Window> windows) {}

    private final Map<String, List<Need>> byMetric = new HashMap<>();
    private final Map<PlanKey, Plan> plans = new HashMap<>();

    RuleNeeds(Collection<? extends CompiledRule> rules, Map<RuleId, RuleTally> tallies) {
        for (var rule : rules) {
            var tally = tallies.get(rule.definition().id());
            if (tally != null) {
                add(rule, tally);
            }
        }
    }

    private void add(CompiledRule rule, RuleTally tally) {
        var metrics = new LinkedHashSet<String>();
        rule.selectors().forEach(selector -> metrics.add(selector.metric()));
        for (String metric : metrics) {
            var selectors = rule.selectors().stream()
                    .filter(selector -> selector.metric().equals(metric))
                    .toList();
            var demands = rule.demands().stream()
                    .filter(demand -> demand.selector().metric().equals(metric))
                    .toList();
            byMetric.computeIfAbsent(metric, _ -> new ArrayList<>()).add(new Need(rule, tally, selectors, demands));
        }
    }

    Plan planFor(Labels labels) {
        var needs = byMetric.get(labels.metric());
        if (needs == null) {
            return Plan.NONE;
        }
        var rules = new ArrayList<RuleTally>();
        var windows = new LinkedHashSet<Window>();
        for (var need : needs) {
            if (need.selectors.stream().anyMatch(selector -> selector.matches(labels))) {
                rules.add(need.tally);
                need.demands.stream()
                        .filter(demand -> demand.selector().matches(labels))
                        .forEach(demand -> windows.add(demand.window()));
            }
        }
        return rules.isEmpty()
                ? Plan.NONE
                : plans.computeIfAbsent(
                        new PlanKey(List.copyOf(rules), List.copyOf(windows)),
                        key -> new Plan(key.rules(), key.windows()));
    }

    /** Metrics about which these needs and the other differ. */
    Set<String> changedMetrics(RuleNeeds other) {
        var changed = new HashSet<>(byMetric.keySet());
        changed.addAll(other.byMetric.keySet());
        changed.removeIf(metric -> rules(metric).equals(other.rules(metric)));
        return changed;
    }

    private List<CompiledRule> rules(String metric) {
        return byMetric.getOrDefault(metric, List.of()).stream().map(Need::rule).toList();
    }
}
