package tocsin.drools;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tocsin.label.Labels;
import tocsin.rule.CompiledRule;
import tocsin.rule.Evaluation;
import tocsin.rule.Evaluation.Ended;
import tocsin.rule.Evaluation.Parked;
import tocsin.rule.Evaluation.Reason;
import tocsin.rule.Finding;
import tocsin.rule.RuleDefinition;
import tocsin.rule.RuleId;
import tocsin.rule.RuleSession;
import tocsin.rule.SeriesView;

/**
 * Keeps the facts and the rules of one thread, and what held at the last evaluation. Drools says which rules fire for
 * the facts that changed; what held before, concerns a fact that changed and did not fire again has ended. A firing
 * that concerns neither a new rule nor a fact that changed is no news: a network that was built anew makes many.
 */
final class DroolsRuleSession implements RuleSession {
    private static final Logger log = LoggerFactory.getLogger(DroolsRuleSession.class);

    private final DroolsRuleSettings settings;
    private final RuleNetwork.Sink sink = new Hits();
    private final Map<RuleId, ActiveRule> rules = new HashMap<>();
    private final Map<RuleId, RuleDefinition> parked = new HashMap<>();
    private final Map<String, MetricRules> metrics = new HashMap<>();
    private final List<Holding> hits = new ArrayList<>();
    private final Map<Failure, String> failures = new HashMap<>();
    private final Map<ActiveRule, String> excessive = new LinkedHashMap<>();

    /** Metrics with new rules or updated facts. */
    private final Set<MetricRules> touched = new LinkedHashSet<>();

    /** What held and perhaps does so no more, with the reason for that. */
    private final Map<Finding.Key, Reason> doubtful = new LinkedHashMap<>();

    private long evaluation = 1;
    private int firings;

    DroolsRuleSession(DroolsRuleSettings settings) {
        this.settings = settings;
    }

    /** Series of this metric could not say this quantity. */
    private record Failure(String metric, Quantity quantity) {}

    /** What Drools calls while it fires. */
    private final class Hits implements RuleNetwork.Sink {
        @Override
        public void hit(ActiveRule rule, Fact fact) {
            DroolsRuleSession.this.hit(rule, fact);
        }

        @Override
        public void failed(String metric, Quantity quantity, RuntimeException cause) {
            failures.putIfAbsent(new Failure(metric, quantity), String.valueOf(cause.getMessage()));
        }
    }

    @Override
    public void use(Collection<? extends CompiledRule> wanted) {
        Map<RuleId, DroolsCompiledRule> byId = byId(wanted);
        parked.entrySet().removeIf(entry -> !isStillParked(byId.get(entry.getKey()), entry.getValue()));
        var old = rules.values().stream()
                .filter(rule -> !rule.compiled().equals(byId.get(rule.id())))
                .toList();
        old.forEach(rule -> drop(rule, byId.containsKey(rule.id()) ? Reason.CONDITION_CLEARED : Reason.RULE_GONE));
        for (var rule : byId.values()) {
            RuleId id = rule.definition().id();
            if (!rules.containsKey(id) && !parked.containsKey(id)) {
                add(new ActiveRule(rule, evaluation));
            }
        }
    }

    private static Map<RuleId, DroolsCompiledRule> byId(Collection<? extends CompiledRule> wanted) {
        var byId = new LinkedHashMap<RuleId, DroolsCompiledRule>();
        for (var rule : wanted) {
            if (!(rule instanceof DroolsCompiledRule ours)) {
                throw new IllegalArgumentException(
                        "rule " + rule.definition().id() + " was compiled by another engine");
            }
            if (byId.put(ours.definition().id(), ours) != null) {
                throw new IllegalArgumentException("rule " + ours.definition().id() + " is given twice");
            }
        }
        return byId;
    }

    /** A parked rule stays out as long as nobody publishes another version of it. */
    private static boolean isStillParked(@Nullable DroolsCompiledRule wanted, RuleDefinition definition) {
        return wanted != null && wanted.definition().equals(definition);
    }

    private void add(ActiveRule rule) {
        rules.put(rule.id(), rule);
        var metric = metric(rule.metric());
        metric.add(rule);
        touched.add(metric);
    }

    /** Forgets the rule; what it held is in doubt until the next evaluation. */
    private void drop(ActiveRule rule, Reason reason) {
        rules.remove(rule.id());
        for (var holding : rule.holdings()) {
            holding.fact().remove(holding);
            if (holding.heldBefore(evaluation)) {
                doubtful.put(holding.key(), reason);
            }
        }
        metric(rule.metric()).remove(rule);
        forgetIfEmpty(rule.metric());
    }

    private MetricRules metric(String name) {
        return metrics.computeIfAbsent(name, key -> new MetricRules(sink));
    }

    private void forgetIfEmpty(String name) {
        metrics.computeIfPresent(name, (key, metric) -> {
            if (!metric.isEmpty()) {
                return metric;
            }
            metric.close();
            touched.remove(metric);
            return null;
        });
    }

    @Override
    public void update(SeriesView series) {
        var metric = metric(series.series().metric());
        Fact fact = metric.fact(series.series().labels());
        if (fact == null) {
            fact = new Fact(series);
        }
        fact.series(series);
        if (fact.updated(evaluation)) {
            metric.update(fact);
            touched.add(metric);
        }
    }

    @Override
    public void remove(SeriesView series) {
        String name = series.series().metric();
        Fact fact = metric(name).remove(series.series().labels());
        if (fact != null) {
            for (var holding : fact.holdings()) {
                holding.rule().remove(holding);
                doubtful.put(holding.key(), Reason.SERIES_GONE);
            }
        }
        forgetIfEmpty(name);
    }

    @Override
    public Evaluation evaluate() {
        firings = 0;
        for (var metric : touched) {
            var updated = metric.refresh();
            metric.fire();
            updated.forEach(this::clear);
        }
        touched.clear();
        blameFailures();
        hits.forEach(hit -> limitHoldings(hit.rule(), hit.rule().holdings().size()));
        var holding = findings();
        hits.clear();
        var outcome = park();
        holding.removeIf(finding -> parked.containsKey(finding.rule().id()));
        var ended = ended();
        evaluation++;
        return new Evaluation(holding, ended, outcome);
    }

    private void hit(ActiveRule rule, Fact fact) {
        boolean news = fact.wasUpdatedIn(evaluation) || rule.isNewIn(evaluation);
        if (!news || excessive.containsKey(rule)) {
            return;
        }
        Holding holding = rule.holding(fact.labels());
        if (holding == null) {
            holding = new Holding(rule, fact, evaluation);
            rule.add(holding);
            fact.add(holding);
        }
        if (holding.hit(evaluation)) {
            hits.add(holding);
            rule.fired(evaluation);
            limitHoldings(rule, rule.firings(evaluation)); // before what held earlier is known to hold still
            limitFirings();
        }
    }

    /** What was found for this fact and was not found again has ended. */
    private void clear(Fact fact) {
        for (var holding : List.copyOf(fact.holdings())) {
            if (!holding.wasHitIn(evaluation)) {
                holding.rule().remove(holding);
                fact.remove(holding);
                doubtful.put(holding.key(), Reason.CONDITION_CLEARED);
            }
        }
    }

    private void limitHoldings(ActiveRule rule, int holdings) {
        if (holdings > settings.maxFindingsPerRule() && !excessive.containsKey(rule)) {
            exceeds(
                    rule,
                    "it holds for more than %d series at once: select fewer".formatted(settings.maxFindingsPerRule()));
        }
    }

    private void limitFirings() {
        if (++firings > settings.maxFirings()) {
            firings = 0;
            parkBusiest();
        }
    }

    /** It is not heard any more in this evaluation, and taken out at its end. */
    private void exceeds(ActiveRule rule, String reason) {
        excessive.putIfAbsent(rule, reason);
    }

    private void parkBusiest() {
        rules.values().stream()
                .filter(rule -> !excessive.containsKey(rule))
                .max(Comparator.comparingInt((ActiveRule rule) -> rule.firings(evaluation))
                        .thenComparing(ActiveRule::id))
                .ifPresent(rule -> exceeds(
                        rule,
                        "it fired most often when one evaluation reached its limit of %d firings"
                                .formatted(settings.maxFirings())));
    }

    /** A quantity that cannot be read is shared by all rules that compare it. */
    private void blameFailures() {
        failures.forEach((failure, cause) -> {
            for (var rule : metric(failure.metric()).rules()) {
                if (rule.model().subject().quantities().anyMatch(failure.quantity()::equals)) {
                    exceeds(rule, "%s could not be read: %s".formatted(failure.quantity(), cause));
                }
            }
        });
        failures.clear();
    }

    /** Takes out the rules that exceed a limit. What they held has ended. */
    private List<Parked> park() {
        var outcome = new ArrayList<Parked>();
        excessive.forEach((rule, reason) -> {
            log.warn(
                    "Rule {} version {} is parked: {}",
                    rule.id(),
                    rule.definition().version(),
                    reason);
            drop(rule, Reason.RULE_GONE);
            parked.put(rule.id(), rule.definition());
            outcome.add(new Parked(rule.id(), reason));
        });
        excessive.clear();
        return outcome;
    }

    private List<Finding> findings() {
        var findings = new ArrayList<Finding>(hits.size());
        for (var holding : hits) {
            if (!excessive.containsKey(holding.rule())) {
                try {
                    findings.add(holding.finding());
                } catch (RuntimeException e) {
                    exceeds(holding.rule(), "its evidence could not be read: " + e.getMessage());
                }
            }
        }
        return findings;
    }

    private List<Ended> ended() {
        var ended = new ArrayList<Ended>();
        doubtful.forEach((key, reason) -> {
            ActiveRule rule = rules.get(key.rule());
            if (rule == null) {
                ended.add(new Ended(key, Reason.RULE_GONE));
            } else if (rule.holding(key.labels()) == null) {
                ended.add(new Ended(key, reasonNow(reason, rule, key.labels())));
            }
        });
        doubtful.clear();
        return ended;
    }

    /** The series may have come back, and the rule too, since the reason was noted. */
    private Reason reasonNow(Reason noted, ActiveRule rule, Labels labels) {
        boolean gone = noted == Reason.SERIES_GONE && !isPresent(rule.metric(), labels);
        return gone ? Reason.SERIES_GONE : Reason.CONDITION_CLEARED;
    }

    private boolean isPresent(String name, Labels labels) {
        var metric = metrics.get(name);
        return metric != null && metric.fact(labels.with(Map.of(Labels.METRIC, name))) != null;
    }

    @Override
    public void close() {
        metrics.values().forEach(MetricRules::close);
    }
}
