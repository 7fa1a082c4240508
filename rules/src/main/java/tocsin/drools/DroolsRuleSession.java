package tocsin.drools;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * the facts that changed; what held before, concerns a fact that changed and did not fire again has ended.
 */
final class DroolsRuleSession implements RuleSession {
    private static final Logger log = LoggerFactory.getLogger(DroolsRuleSession.class);

    /** How many rules that have gone may stay in the network before it is built anew. */
    private static final int MAX_RETIRED = 50;

    /** After so many firings it is looked whether a rule exceeds its limits. */
    private static final int FIRINGS_AT_ONCE = 10_000;

    private final DroolsRuleSettings settings;
    private final Map<RuleId, ActiveRule> rules = new HashMap<>();
    private final Map<RuleId, RuleDefinition> parked = new HashMap<>();
    private final Map<Labels, Fact> facts = new HashMap<>();
    private final List<Fact> updated = new ArrayList<>();
    private final List<Holding> hits = new ArrayList<>();
    private final Map<Quantity, String> failures = new HashMap<>();
    private final Map<ActiveRule, String> excessive = new LinkedHashMap<>();

    /** What held and perhaps does so no more, with the reason for that. */
    private final Map<Finding.Key, Reason> doubtful = new LinkedHashMap<>();

    private RuleNetwork network;
    private int retired;
    private long evaluation = 1;

    DroolsRuleSession(DroolsRuleSettings settings) {
        this.settings = settings;
        this.network = new RuleNetwork(new Hits(), List.of());
    }

    /** What Drools calls while it fires. */
    private final class Hits implements RuleNetwork.Sink {
        @Override
        public void hit(ActiveRule rule, Fact fact) {
            DroolsRuleSession.this.hit(rule, fact);
        }

        @Override
        public void failed(Quantity quantity, RuntimeException cause) {
            failures.putIfAbsent(quantity, String.valueOf(cause.getMessage()));
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
        var added = new ArrayList<ActiveRule>();
        for (var rule : byId.values()) {
            RuleId id = rule.definition().id();
            if (!rules.containsKey(id) && !parked.containsKey(id)) {
                var active = new ActiveRule(rule, evaluation);
                rules.put(id, active);
                added.add(active);
            }
        }
        change(old, added);
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

    /** Forgets the rule; what it held is in doubt until the next evaluation. */
    private void drop(ActiveRule rule, Reason reason) {
        rules.remove(rule.id());
        rule.silence();
        for (var holding : rule.holdings()) {
            holding.fact().remove(holding);
            if (holding.heldBefore(evaluation)) {
                doubtful.put(holding.key(), reason);
            }
        }
    }

    private void change(List<ActiveRule> old, List<ActiveRule> added) {
        retired += old.size();
        if (retired > MAX_RETIRED) {
            rebuild();
        } else if (!added.isEmpty()) {
            network.add(added);
        }
    }

    private void rebuild() {
        retired = 0;
        network.close();
        network = new RuleNetwork(new Hits(), rules.values());
        facts.values().forEach(network::insert);
    }

    @Override
    public void update(SeriesView series) {
        Fact fact = facts.get(series.series().labels());
        if (fact == null) {
            fact = new Fact(series);
            facts.put(series.series().labels(), fact);
        }
        fact.series(series);
        if (fact.updated(evaluation)) {
            updated.add(fact);
        }
    }

    @Override
    public void remove(SeriesView series) {
        Fact fact = facts.remove(series.series().labels());
        if (fact == null) {
            return;
        }
        network.delete(fact);
        for (var holding : fact.holdings()) {
            holding.rule().remove(holding);
            doubtful.put(holding.key(), Reason.SERIES_GONE);
        }
    }

    @Override
    public Evaluation evaluate() {
        updated.removeIf(fact -> !isPresent(fact));
        updated.forEach(network::update);
        var outcome = new ArrayList<>(fire());
        var holding = findings();
        outcome.addAll(park()); // those whose evidence could not be read
        holding.removeIf(finding -> parked.containsKey(finding.rule().id()));
        var ended = ended();
        updated.clear();
        hits.clear();
        evaluation++;
        return new Evaluation(holding, ended, outcome);
    }

    private boolean isPresent(Fact fact) {
        return facts.get(fact.series().series().labels()) == fact;
    }

    /** Firing changes no fact, so it ends by itself; what it may cost until then is bounded by rule and in total. */
    private List<Parked> fire() {
        var outcome = new ArrayList<Parked>();
        int total = 0;
        int fired;
        do {
            fired = network.fire(FIRINGS_AT_ONCE);
            total += fired;
            if (total >= settings.maxFirings()) {
                parkBusiest();
                total = 0;
            }
            blameFailures();
            outcome.addAll(park());
        } while (fired == FIRINGS_AT_ONCE);
        return outcome;
    }

    private void hit(ActiveRule rule, Fact fact) {
        if (rule.isSilent()) {
            return;
        }
        rule.fired(evaluation);
        Holding holding = rule.holding(fact.labels());
        if (holding == null) {
            holding = new Holding(rule, fact, evaluation);
            rule.add(holding);
            fact.add(holding);
        }
        boolean concerned = fact.wasUpdatedIn(evaluation) || rule.isNewIn(evaluation);
        if (holding.hit(evaluation) && concerned) {
            hits.add(holding);
        }
        if (rule.holdings().size() > settings.maxFindingsPerRule()) {
            exceeds(
                    rule,
                    "it holds for more than %d series at once: select fewer".formatted(settings.maxFindingsPerRule()));
        }
    }

    private void exceeds(ActiveRule rule, String reason) {
        rule.silence();
        excessive.put(rule, reason);
    }

    private void parkBusiest() {
        rules.values().stream()
                .max(Comparator.comparingInt(rule -> rule.firings(evaluation)))
                .ifPresent(rule -> exceeds(
                        rule,
                        "it fired most often when one evaluation reached its limit of %d firings"
                                .formatted(settings.maxFirings())));
    }

    /** A quantity that cannot be read is shared by all rules that compare it. */
    private void blameFailures() {
        if (failures.isEmpty()) {
            return;
        }
        for (var rule : rules.values()) {
            rule.model()
                    .subject()
                    .quantities()
                    .filter(failures::containsKey)
                    .findFirst()
                    .ifPresent(quantity ->
                            exceeds(rule, "%s could not be read: %s".formatted(quantity, failures.get(quantity))));
        }
        failures.clear();
    }

    /** Takes out the rules that exceed a limit. What they held has ended. */
    private List<Parked> park() {
        if (excessive.isEmpty()) {
            return List.of();
        }
        var outcome = new ArrayList<Parked>();
        excessive.forEach((rule, reason) -> {
            log.warn(
                    "Rule {} version {} is parked: {}",
                    rule.id(),
                    rule.definition().version(),
                    reason);
            retired++;
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
            if (rules.get(holding.rule().id()) == holding.rule()) {
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
        for (var fact : updated) {
            for (var holding : List.copyOf(fact.holdings())) {
                if (!holding.wasHitIn(evaluation)) {
                    holding.rule().remove(holding);
                    fact.remove(holding);
                    doubtful.put(holding.key(), Reason.CONDITION_CLEARED);
                }
            }
        }
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
        String metric = rule.model().subject().metric();
        boolean gone = noted == Reason.SERIES_GONE && !facts.containsKey(labels.with(Map.of(Labels.METRIC, metric)));
        return gone ? Reason.SERIES_GONE : Reason.CONDITION_CLEARED;
    }

    @Override
    public void close() {
        network.close();
    }
}
