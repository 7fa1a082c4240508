package tocsin.engine.pipeline;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import tocsin.rule.Compilation;
import tocsin.rule.CompiledRule;
import tocsin.rule.Demand;
import tocsin.rule.Durations;
import tocsin.rule.Evaluation;
import tocsin.rule.Evidence;
import tocsin.rule.Finding;
import tocsin.rule.Problem;
import tocsin.rule.RuleDefinition;
import tocsin.rule.RuleEngine;
import tocsin.rule.RuleId;
import tocsin.rule.RuleSession;
import tocsin.rule.Selector;
import tocsin.rule.SeriesView;
import tocsin.rule.Severity;
import tocsin.rule.Window;

/**
 * A small rule engine for tests: one comparison for each rule, written as words, for example {@code cpu.high
 * metric=cpu expr=avg:5m op=> limit=0.9 for=5m keep=1m}. What it promises is what {@link RuleSession} says.
 */
public final class ThresholdRules implements RuleEngine {
    /** A rule whose text holds this word is parked when it is evaluated. */
    static final String SLOW = "slow";

    @Override
    public Compilation compile(String text) {
        var rules = new ArrayList<CompiledRule>();
        for (String line : text.strip().split("\n")) {
            try {
                rules.add(parse(line.strip()));
            } catch (RuntimeException e) {
                return new Compilation(List.of(), List.of(new Problem(1, 1, String.valueOf(e.getMessage()))));
            }
        }
        return new Compilation(rules, List.of());
    }

    private static Threshold parse(String line) {
        String[] words = line.split(" +");
        var settings = new HashMap<String, String>();
        for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("\"" + words[i] + "\" is not name=value");
            }
            settings.put(words[i].substring(0, equals), words[i].substring(equals + 1));
        }
        var labels = new LinkedHashMap<String, String>();
        if (settings.containsKey("label")) {
            String[] label = settings.get("label").split(":");
            labels.put(label[0], label[1]);
        }
        var definition = new RuleDefinition(
                new RuleId(words[0]),
                0,
                Severity.parse(settings.getOrDefault("severity", "high")),
                Durations.parse(settings.getOrDefault("for", "0s")),
                Durations.parse(settings.getOrDefault("keep", "0s")),
                settings.getOrDefault("summary", "{{instance}}:{{value}}"),
                null,
                null,
                labels,
                line);
        return new Threshold(
                definition,
                new Selector(settings.get("metric"), List.of()),
                window(settings.getOrDefault("expr", "value")),
                settings.getOrDefault("op", ">"),
                Double.parseDouble(settings.get("limit")));
    }

    private static Window window(String expression) {
        if (expression.equals("value")) {
            return null;
        }
        String[] parts = expression.split(":");
        return new Window(
                Window.Function.valueOf(parts[0].toUpperCase(Locale.ROOT)),
                Durations.parse(parts[1]),
                parts.length > 2 ? Double.parseDouble(parts[2]) : 0);
    }

    private record Threshold(RuleDefinition definition, Selector selector, Window window, String operator, double limit)
            implements CompiledRule {
        @Override
        public List<Selector> selectors() {
            return List.of(selector);
        }

        @Override
        public Set<Demand> demands() {
            return window == null ? Set.of() : Set.of(new Demand(selector, window));
        }

        @Override
        public CompiledRule withVersion(int version) {
            return new Threshold(definition.withVersion(version), selector, window, operator, limit);
        }

        double actual(SeriesView view) {
            return window == null ? view.value() : view.window(window);
        }

        boolean holds(SeriesView view) {
            double actual = actual(view);
            return selector.matches(view.series().labels())
                    && switch (operator) {
                        case ">" -> actual > limit;
                        case "<" -> actual < limit;
                        case ">=" -> actual >= limit;
                        default -> actual == limit;
                    };
        }

        Finding finding(SeriesView view) {
            String expression = window == null ? "value" : window.toString();
            return new Finding(
                    definition,
                    view.series().labels().withoutMetric(),
                    new Evidence(
                            view.series(),
                            Instant.ofEpochMilli(view.timeMillis()),
                            actual(view),
                            List.of(new Evidence.Term(expression, operator, limit, actual(view)))));
        }
    }

    @Override
    public RuleSession open() {
        return new Session();
    }

    private static final class Session implements RuleSession {
        private final Map<RuleId, Threshold> rules = new LinkedHashMap<>();
        private final Set<RuleId> parked = new HashSet<>();
        private final Set<SeriesView> facts = new LinkedHashSet<>();
        private final Set<SeriesView> updated = new LinkedHashSet<>();
        private final Set<RuleId> fresh = new HashSet<>();
        private final Map<Finding.Key, SeriesView> held = new LinkedHashMap<>();
        private final List<Evaluation.Ended> ended = new ArrayList<>();

        @Override
        public void use(Collection<? extends CompiledRule> next) {
            var wanted = new LinkedHashMap<RuleId, Threshold>();
            next.forEach(rule -> wanted.put(rule.definition().id(), (Threshold) rule));
            for (var id : wanted.keySet()) {
                if (!wanted.get(id).equals(rules.get(id))) {
                    fresh.add(id);
                    parked.remove(id);
                }
            }
            rules.clear();
            rules.putAll(wanted);
            endAll(Evaluation.Reason.RULE_GONE, key -> !rules.containsKey(key.rule()));
        }

        private void endAll(Evaluation.Reason reason, Predicate<Finding.Key> which) {
            for (var key : List.copyOf(held.keySet())) {
                if (which.test(key)) {
                    held.remove(key);
                    ended.add(new Evaluation.Ended(key, reason));
                }
            }
        }

        @Override
        public void update(SeriesView series) {
            facts.add(series);
            updated.add(series);
        }

        @Override
        public void remove(SeriesView series) {
            if (!facts.remove(series)) {
                throw new IllegalStateException(series + " was never there");
            }
            updated.remove(series);
            endAll(Evaluation.Reason.SERIES_GONE, key -> series.equals(held.get(key)));
        }

        @Override
        public Evaluation evaluate() {
            var holding = new ArrayList<Finding>();
            var parkedNow = new ArrayList<Evaluation.Parked>();
            for (var rule : rules.values()) {
                var id = rule.definition.id();
                if (rule.definition.text().contains(SLOW) && !updated.isEmpty() && parked.add(id)) {
                    parkedNow.add(new Evaluation.Parked(id, "it took too long"));
                    endAll(Evaluation.Reason.RULE_GONE, key -> key.rule().equals(id));
                }
                if (!parked.contains(id)) {
                    evaluate(rule, fresh.contains(id) ? facts : updated, holding);
                }
            }
            fresh.clear();
            updated.clear();
            var endedNow = List.copyOf(ended);
            ended.clear();
            return new Evaluation(holding, endedNow, parkedNow);
        }

        private void evaluate(Threshold rule, Set<SeriesView> views, List<Finding> holding) {
            for (var view : views) {
                var key = new Finding.Key(
                        rule.definition.id(), view.series().labels().withoutMetric());
                if (rule.holds(view)) {
                    held.put(key, view);
                    holding.add(rule.finding(view));
                } else if (view.equals(held.get(key))) {
                    held.remove(key);
                    ended.add(new Evaluation.Ended(key, Evaluation.Reason.CONDITION_CLEARED));
                }
            }
        }

        @Override
        public void close() {}
    }
}
