package tocsin.drools;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tocsin.label.Labels;
import tocsin.rule.CompiledRule;
import tocsin.rule.Evaluation;
import tocsin.rule.Finding;
import tocsin.rule.RuleId;
import tocsin.rule.RuleSession;
import tocsin.rule.Window;

/**
 * A session and an evaluator that simply tries every rule on every series agree, whatever is updated, removed, published
 * and withdrawn. Small sets of metrics, labels and limits make conditions shared, indexes used and edges hit.
 */
class RuleSessionPropertyTest {
    private static final int SEEDS = Integer.getInteger("tocsin.seeds", 60);
    private static final int STEPS = 30;

    /** A rule that holds for more series is parked, in every second run. */
    private static final int FEW = 6;

    private static final Window AVG = new Window(Window.Function.AVG, Duration.ofMinutes(5), 0);
    private static final Window P99 = new Window(Window.Function.QUANTILE, Duration.ofMinutes(1), 0.99);
    private static final Window ABSENT = new Window(Window.Function.ABSENT, Duration.ofMinutes(2), 0);
    private static final double[] VALUES = {
        Double.NEGATIVE_INFINITY, -2, -1, -0.0, 0.0, 0.5, 1, 2, 3, 4, 5, 6, Double.POSITIVE_INFINITY, Double.NaN
    };
    private static final List<Double> LIMITS = List.of(-1.0, -0.0, 0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0);

    /** How many rules there are, and how many texts each of them has. */
    private static final int NAMES = 50;

    private static final int TEXTS = 4;
    private static final List<Sample> POOL = pool();

    private final Map<String, FakeSeries> series = new TreeMap<>();
    private final Map<RuleId, Sample> rules = new TreeMap<>();
    private final Set<RuleId> parked = new HashSet<>();
    private Set<Finding.Key> known = new HashSet<>();
    private Random random = new Random(0);
    private int limit;

    /** A rule and what it means. */
    private record Sample(CompiledRule rule, Predicate<FakeSeries> holds) {
        RuleId id() {
            return rule.definition().id();
        }
    }

    static IntStream seeds() {
        return IntStream.rangeClosed(1, SEEDS);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void agreesWithTryingEveryRuleOnEverySeries(int seed) {
        random = new Random(seed);
        limit = seed % 2 == 0 ? FEW : 1_000;
        var settings = new DroolsRuleSettings(limit, DroolsRuleSettings.DEFAULT.maxFirings());
        try (var session = new DroolsRuleEngine(settings).open()) {
            for (int step = 0; step < STEPS; step++) {
                var fresh = new HashSet<RuleId>();
                var updated = new HashSet<FakeSeries>();
                if (step == 0) {
                    publish(session, 2 * NAMES, fresh);
                }
                for (int change = random.nextInt(6); change >= 0; change--) {
                    change(session, fresh, updated);
                }
                check(session.evaluate(), fresh, updated);
            }
        }
    }

    private void change(RuleSession session, Set<RuleId> fresh, Set<FakeSeries> updated) {
        if (random.nextInt(4) == 0) {
            publish(session, random.nextInt(8) == 0 ? NAMES : 1, fresh);
        } else if (random.nextInt(6) == 0 && !series.isEmpty()) {
            var gone = series.remove(pick(List.copyOf(series.keySet())));
            updated.remove(gone);
            session.remove(gone);
        } else {
            var changed = sample();
            updated.add(changed);
            session.update(changed);
        }
    }

    private void check(Evaluation evaluation, Set<RuleId> fresh, Set<FakeSeries> updated) {
        var now = new HashSet<Finding.Key>();
        var reported = new HashSet<Finding.Key>();
        var excessive = new HashSet<RuleId>();
        rules.forEach((id, rule) -> {
            var found = series.values().stream().filter(rule.holds()).toList();
            if (found.size() > limit && !parked.contains(id)) {
                excessive.add(id);
            } else if (!parked.contains(id)) {
                for (var one : found) {
                    var key = new Finding.Key(id, one.series().labels().withoutMetric());
                    now.add(key);
                    if (updated.contains(one) || fresh.contains(id)) {
                        reported.add(key);
                    }
                }
            }
        });
        parked.addAll(excessive);
        var expectedEnds = new HashSet<>(known);
        expectedEnds.removeAll(now);

        assertThat(evaluation.parked().stream().map(Evaluation.Parked::rule))
                .containsExactlyInAnyOrderElementsOf(excessive);
        assertThat(evaluation.holding()).doesNotHaveDuplicates();
        var found = evaluation.holding().stream().map(Finding::key).collect(toSet());
        assertThat(missing(reported, found)).as("holds and was not reported").isEmpty();
        assertThat(missing(found, reported)).as("was reported without need").isEmpty();
        assertThat(evaluation.ended()).doesNotHaveDuplicates();
        assertThat(evaluation.ended().stream().collect(toMap(Evaluation.Ended::key, Evaluation.Ended::reason)))
                .containsOnlyKeys(expectedEnds);
        evaluation.ended().forEach(ended -> checkReason(ended, fresh));
        evaluation.holding().forEach(this::checkEvidence);
        known = now;
    }

    private List<String> missing(Set<Finding.Key> all, Set<Finding.Key> some) {
        return all.stream()
                .filter(key -> !some.contains(key))
                .map(key ->
                        key + " by " + rules.get(key.rule()).rule().definition().text())
                .sorted()
                .toList();
    }

    private void checkReason(Evaluation.Ended ended, Set<RuleId> fresh) {
        var rule = rules.get(ended.key().rule());
        if (rule == null || parked.contains(rule.id())) {
            assertThat(ended.reason()).isEqualTo(Evaluation.Reason.RULE_GONE);
        } else if (fresh.contains(rule.id())) { // which may look at another metric than before
            assertThat(ended.reason()).isNotEqualTo(Evaluation.Reason.RULE_GONE);
        } else {
            assertThat(ended.reason())
                    .isEqualTo(
                            isGone(rule, ended.key().labels())
                                    ? Evaluation.Reason.SERIES_GONE
                                    : Evaluation.Reason.CONDITION_CLEARED);
        }
    }

    private boolean isGone(Sample rule, Labels labels) {
        var metric = rule.rule().selectors().getFirst().metric();
        return series.values().stream()
                .map(FakeSeries::series)
                .noneMatch(one -> one.metric().equals(metric)
                        && one.labels().withoutMetric().equals(labels));
    }

    private void checkEvidence(Finding finding) {
        var seen = series.get(finding.evidence().series().toString());
        assertThat(seen).isNotNull();
        assertThat(finding.evidence().at().toEpochMilli()).isEqualTo(seen.timeMillis());
        assertThat(finding.rule())
                .isEqualTo(rules.get(finding.rule().id()).rule().definition());
        for (var term : finding.evidence().terms()) {
            double actual = read(seen, term.expression());
            assertThat(Double.compare(term.actual(), actual)).isZero();
        }
    }

    private FakeSeries sample() {
        String metric = pick(List.of("a", "b"));
        String host = "h" + random.nextInt(5);
        var labels = random.nextBoolean()
                ? new String[] {"host", host, "env", pick(List.of("prod", "test"))}
                : new String[] {"host", host};
        var fresh = new FakeSeries(metric, labels);
        var one = series.computeIfAbsent(fresh.series().toString(), key -> fresh);
        one.at(one.timeMillis() + 1, value());
        return one.window(AVG, value()).window(P99, value()).window(ABSENT, random.nextInt(2));
    }

    private double value() {
        return VALUES[random.nextInt(VALUES.length)];
    }

    /** Adds, replaces or withdraws so many rules at once. */
    private void publish(RuleSession session, int changes, Set<RuleId> fresh) {
        var before = Map.copyOf(rules);
        for (int change = 0; change < changes; change++) {
            var sample = pick(POOL);
            if (random.nextInt(4) == 0) {
                rules.remove(sample.id());
            } else {
                var rule = sample.rule().withVersion(1 + random.nextInt(2));
                rules.put(sample.id(), new Sample(rule, sample.holds()));
            }
        }
        session.use(rules.values().stream().map(Sample::rule).toList());
        fresh.retainAll(rules.keySet());
        parked.retainAll(rules.keySet());
        rules.forEach((id, sample) -> {
            var former = before.get(id);
            if (former == null || !sample.rule().equals(former.rule())) {
                fresh.add(id);
                parked.remove(id);
            }
        });
    }

    // Rules at random: compiled in one go, as parsing is not what is tested here

    private static List<Sample> pool() {
        var pool = new ArrayList<Sample>();
        var writer = new RuleSessionPropertyTest();
        for (int text = 0; text < TEXTS; text++) {
            var source = new StringBuilder();
            var meanings = new ArrayList<Predicate<FakeSeries>>();
            for (int i = 0; i < NAMES; i++) {
                meanings.add(writer.append(source, "r" + i));
            }
            var compilation = new DroolsRuleEngine().compile(source.toString());
            assertThat(compilation.problems()).isEmpty();
            for (int i = 0; i < NAMES; i++) {
                pool.add(new Sample(compilation.rules().get(i), meanings.get(i)));
            }
        }
        return List.copyOf(pool);
    }

    private Predicate<FakeSeries> append(StringBuilder text, String name) {
        String metric = pick(List.of("a", "a", "a", "b"));
        Predicate<FakeSeries> holds = one -> one.series().metric().equals(metric);
        text.append(
                "rule \"%s\" @severity(low) @summary(\"s\") when $s : Series(metric == \"%s\"".formatted(name, metric));
        if (random.nextInt(4) > 0) { // many limits on one number, enough for Drools to index them
            text.append(", ");
            holds = holds.and(number(text, "value", pick(List.of(">", ">=", "<", "<="))));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            holds = holds.and(label(text));
        }
        for (int i = random.nextInt(2); i >= 0; i--) {
            text.append(random.nextInt(4) == 0 ? " && " : ", ");
            holds = holds.and(number(text));
        }
        if (random.nextInt(4) == 0) {
            text.append(", ");
            var first = number(text);
            text.append(" || ");
            holds = holds.and(first.or(number(text)));
        }
        text.append(") then raise($s); end\n");
        return holds;
    }

    private Predicate<FakeSeries> label(StringBuilder text) {
        String host = "h" + random.nextInt(5);
        return switch (random.nextInt(7)) {
            case 0 -> label(text, "label[\"host\"] == \"" + host + "\"", "host", host::equals);
            case 1 -> label(text, "label[\"env\"] == \"prod\"", "env", "prod"::equals);
            case 2 -> label(text, "label[\"env\"] != \"prod\"", "env", env -> !env.equals("prod"));
            case 3 -> label(text, "label[\"host\"] in (\"h1\", \"h2\")", "host", Set.of("h1", "h2")::contains);
            case 4 -> label(text, "label[\"env\"] not in (\"prod\", \"x\")", "env", env -> !env.equals("prod"));
            case 5 -> label(text, "label[\"host\"] not matches \"h[0-2]\"", "host", one -> one.compareTo("h3") >= 0);
            default -> label(text, "label[\"host\"] matches \"h[0-2]\"", "host", one -> one.compareTo("h3") < 0);
        };
    }

    private static Predicate<FakeSeries> label(
            StringBuilder text, String condition, String label, Predicate<String> holds) {
        text.append(", ").append(condition);
        return one -> {
            String value = one.series().labels().get(label);
            return holds.test(value == null ? "" : value);
        };
    }

    private Predicate<FakeSeries> number(StringBuilder text) {
        String quantity =
                random.nextBoolean() ? "value" : pick(List.of(AVG, P99, ABSENT)).toString();
        return number(text, quantity, pick(List.of(">", ">=", "<", "<=", "==", "!=")));
    }

    private Predicate<FakeSeries> number(StringBuilder text, String quantity, String operator) {
        double limit = pick(LIMITS);
        text.append(quantity).append(' ').append(operator).append(' ').append(limit);
        return one -> {
            double actual = read(one, quantity);
            return !Double.isNaN(actual)
                    && switch (operator) {
                        case ">" -> actual > limit;
                        case ">=" -> actual >= limit;
                        case "<" -> actual < limit;
                        case "<=" -> actual <= limit;
                        case "==" -> actual == limit;
                        default -> actual != limit;
                    };
        };
    }

    private static double read(FakeSeries one, String quantity) {
        return quantity.equals("value")
                ? one.value()
                : Stream.of(AVG, P99, ABSENT)
                        .filter(window -> window.toString().equals(quantity))
                        .mapToDouble(one::window)
                        .findFirst()
                        .orElseThrow();
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
