package tocsin.drools;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tocsin.label.Labels;
import tocsin.rule.RuleDefinition;
import tocsin.rule.RuleId;

/** A rule in a session, with what it has found. */
final class ActiveRule {
    private final DroolsCompiledRule rule;
    private final long since;
    private final Map<Labels, Holding> holdings = new LinkedHashMap<>();
    private int firings;
    private long countedIn;

    /** @param since the first evaluation that it takes part in */
    ActiveRule(DroolsCompiledRule rule, long since) {
        this.rule = rule;
        this.since = since;
    }

    DroolsCompiledRule compiled() {
        return rule;
    }

    RuleDefinition definition() {
        return rule.definition();
    }

    RuleModel model() {
        return rule.model();
    }

    RuleId id() {
        return rule.definition().id();
    }

    String metric() {
        return model().subject().metric();
    }

    boolean isNewIn(long evaluation) {
        return since == evaluation;
    }

    Collection<Holding> holdings() {
        return holdings.values();
    }

    @Nullable Holding holding(Labels labels) {
        return holdings.get(labels);
    }

    void add(Holding holding) {
        holdings.put(holding.labels(), holding);
    }

    void remove(Holding holding) {
        holdings.remove(holding.labels());
    }

    /** How often it fired in this evaluation. */
    int firings(long evaluation) {
        return countedIn == evaluation ? firings : 0;
    }

    void fired(long evaluation) {
        firings = firings(evaluation) + 1;
        countedIn = evaluation;
    }
}
