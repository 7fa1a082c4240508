package tocsin.drools;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tocsin.label.Labels;
import tocsin.rule.RuleId;

/**
 * The rules that look at one metric, and its series. Rules and series of different metrics never meet, so a rule is
 * swapped by building the network of its own metric anew: what that costs does not depend on the other metrics.
 *
 * <p>The network is made when it is needed: a metric without rules or without series has none.
 */
final class MetricRules implements AutoCloseable {
    private final RuleNetwork.Sink sink;
    private final Map<RuleId, ActiveRule> rules = new TreeMap<>();
    private final Map<Labels, Fact> facts = new LinkedHashMap<>();
    private final List<Fact> updated = new ArrayList<>();

    /** Null when there is none, or when it is out of date because a rule came or went. */
    private @Nullable RuleNetwork network;

    MetricRules(RuleNetwork.Sink sink) {
        this.sink = sink;
    }

    Collection<ActiveRule> rules() {
        return rules.values();
    }

    void add(ActiveRule rule) {
        rules.put(rule.id(), rule);
        close();
    }

    void remove(ActiveRule rule) {
        rules.remove(rule.id(), rule);
        close();
    }

    boolean isEmpty() {
        return rules.isEmpty() && facts.isEmpty();
    }

    @Nullable Fact fact(Labels labels) {
        return facts.get(labels);
    }

    /** Takes a fact that is new or has changed; {@link #refresh} tells the network. To be called once for each refresh. */
    void update(Fact fact) {
        facts.put(fact.key(), fact);
        updated.add(fact);
    }

    @Nullable Fact remove(Labels labels) {
        Fact fact = facts.remove(labels);
        if (fact != null && network != null) {
            network.delete(fact);
        }
        return fact;
    }

    /** Brings the network up to date with rules and facts. Returns the facts that were updated and are still there. */
    List<Fact> refresh() {
        var present =
                updated.stream().filter(fact -> facts.get(fact.key()) == fact).toList();
        updated.clear();
        if (network != null) {
            present.forEach(network::update);
        } else if (!rules.isEmpty() && !facts.isEmpty()) {
            network = new RuleNetwork(sink, rules.values());
            facts.values().forEach(network::insert);
        }
        return present;
    }

    void fire() {
        if (network != null) {
            network.fire();
        }
    }

    /** Gives up the network; the next {@link #refresh} builds another. */
    @Override
    public void close() {
        if (network != null) {
            network.close();
            network = null;
        }
    }
}
