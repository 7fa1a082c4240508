package tocsin.drools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tocsin.rule.CompiledRule;
import tocsin.rule.Evaluation;
import tocsin.rule.RuleId;
import tocsin.rule.RuleSession;
import tocsin.rule.SeriesView;
import tocsin.rule.Window;
import tocsin.signal.Series;

/** What the alert life cycle sees of a session. */
class DroolsRuleSessionTest {
    private final DroolsRuleEngine engine = new DroolsRuleEngine(new DroolsRuleSettings(100, 1_000));
    private final RuleSession session = engine.open();
    private final FakeSeries web1 = new FakeSeries("cpu", "host", "web-1").at(1_000, 0.95);
    private final FakeSeries web2 = new FakeSeries("cpu", "host", "web-2").at(1_000, 0.2);

    @AfterEach
    void close() {
        session.close();
    }

    private CompiledRule rule(String name, String conditions) {
        var compilation = engine.compile("""
                rule "%s"
                    @severity(high) @summary("{{host}} is {{value}}")
                when
                    $s : Series(%s)
                then
                    raise($s);
                end
                """.formatted(name, conditions));
        assertThat(compilation.problems()).isEmpty();
        return compilation.rules().getFirst();
    }

    private final CompiledRule busy = rule("busy", "metric == \"cpu\", value > 0.9");

    private static List<String> holding(Evaluation evaluation) {
        return evaluation.holding().stream()
                .map(finding -> finding.rule().id() + " " + finding.labels() + " "
                        + finding.evidence().value())
                .sorted()
                .toList();
    }

    private static List<String> ended(Evaluation evaluation) {
        return evaluation.ended().stream()
                .map(ended -> ended.key().rule() + " " + ended.key().labels() + " " + ended.reason())
                .sorted()
                .toList();
    }

    private Evaluation evaluate(FakeSeries... updated) {
        Arrays.stream(updated).forEach(session::update);
        return session.evaluate();
    }

    @Test
    void aBreachingSeriesIsFoundWithItsEvidence() {
        session.use(List.of(busy));
        var finding = evaluate(web1, web2).holding().getFirst();

        assertThat(finding.key()).hasToString("Key[rule=busy, labels={host=\"web-1\"}]");
        assertThat(finding.evidence().series()).isEqualTo(web1.series());
        assertThat(finding.evidence().at()).hasToString("1970-01-01T00:00:01Z");
        assertThat(finding.evidence().terms()).singleElement().hasToString("value was 0.95, limit > 0.9");
    }

    @Test
    void whatStillHoldsIsRepeatedWithFreshEvidenceWheneverTheSeriesIsUpdated() {
        session.use(List.of(busy));
        evaluate(web1, web2);

        assertThat(holding(evaluate(web1.at(2_000, 0.97)))).containsExactly("busy {host=\"web-1\"} 0.97");
        assertThat(holding(evaluate(web1.at(3_000, 0.97))))
                .as("same value again")
                .containsExactly("busy {host=\"web-1\"} 0.97");
        assertThat(evaluate(web2.at(3_000, 0.1))).as("another series").isEqualTo(Evaluation.NOTHING);
        assertThat(evaluate()).as("nothing updated").isEqualTo(Evaluation.NOTHING);
    }

    @Test
    void whatHoldsNoMoreEndsOnce() {
        session.use(List.of(busy));
        evaluate(web1);

        assertThat(ended(evaluate(web1.at(2_000, 0.5)))).containsExactly("busy {host=\"web-1\"} CONDITION_CLEARED");
        assertThat(evaluate(web1.at(3_000, 0.5))).isEqualTo(Evaluation.NOTHING);
        assertThat(holding(evaluate(web1.at(4_000, 0.91)))).containsExactly("busy {host=\"web-1\"} 0.91");
    }

    @Test
    void aRemovedSeriesEndsWhatWasFoundForIt() {
        session.use(List.of(busy));
        evaluate(web1);
        session.remove(web1);
        assertThat(ended(session.evaluate())).containsExactly("busy {host=\"web-1\"} SERIES_GONE");
        session.remove(web1);
        assertThat(session.evaluate()).isEqualTo(Evaluation.NOTHING);
    }

    @Test
    void aSeriesThatIsRemovedAndComesBackBeforeTheEvaluationHasNotEnded() {
        session.use(List.of(busy));
        evaluate(web1);
        session.remove(web1);
        var back = new FakeSeries("cpu", "host", "web-1").at(2_000, 0.99);
        var still = evaluate(back);
        assertThat(holding(still)).containsExactly("busy {host=\"web-1\"} 0.99");
        assertThat(still.ended()).isEmpty();

        session.remove(back);
        assertThat(ended(evaluate(new FakeSeries("cpu", "host", "web-1").at(3_000, 0.1))))
                .containsExactly("busy {host=\"web-1\"} CONDITION_CLEARED");
    }

    @Test
    void aSeriesThatIsUpdatedAndRemovedBeforeTheEvaluationIsNotFound() {
        session.use(List.of(busy));
        session.update(web1);
        session.remove(web1);
        assertThat(session.evaluate()).isEqualTo(Evaluation.NOTHING);
    }

    @Test
    void aNewRuleLooksAtAllSeriesAndLeavesTheOthersAlone() {
        session.use(List.of(busy));
        evaluate(web1, web2);
        session.use(List.of(busy, rule("idle", "metric == \"cpu\", value < 0.5")));
        assertThat(holding(session.evaluate())).containsExactly("idle {host=\"web-2\"} 0.2");
    }

    @Test
    void aWithdrawnRuleEndsWhatItFound() {
        session.use(List.of(busy));
        evaluate(web1);
        session.use(List.of());
        assertThat(ended(session.evaluate())).containsExactly("busy {host=\"web-1\"} RULE_GONE");
        assertThat(evaluate(web1.at(2_000, 0.99))).isEqualTo(Evaluation.NOTHING);
    }

    @Test
    void aNewVersionKeepsWhatStillHoldsAndEndsTheRest() {
        session.use(List.of(rule("busy", "metric == \"cpu\", value > 0.1").withVersion(1)));
        assertThat(evaluate(web1, web2).holding()).hasSize(2);

        session.use(List.of(busy.withVersion(2)));
        var evaluation = session.evaluate();
        assertThat(evaluation.holding()).singleElement().satisfies(finding -> {
            assertThat(finding.labels().get("host")).isEqualTo("web-1");
            assertThat(finding.rule().version()).isEqualTo(2);
        });
        assertThat(ended(evaluation)).containsExactly("busy {host=\"web-2\"} CONDITION_CLEARED");
    }

    @Test
    void aRuleThatIsWithdrawnAndPublishedAgainBeforeTheEvaluationGoesOn() {
        session.use(List.of(busy));
        evaluate(web1);
        session.use(List.of());
        session.use(List.of(busy));
        var evaluation = session.evaluate();
        assertThat(holding(evaluation)).containsExactly("busy {host=\"web-1\"} 0.95");
        assertThat(evaluation.ended()).isEmpty();
    }

    @Test
    void aNewVersionThatIsWithdrawnBeforeTheEvaluationIsGone() {
        session.use(List.of(busy));
        evaluate(web1);
        session.use(List.of(busy.withVersion(2)));
        session.use(List.of());
        assertThat(ended(session.evaluate())).containsExactly("busy {host=\"web-1\"} RULE_GONE");
    }

    @Test
    void notANumberSatisfiesNothing() {
        var operators = List.of(">", ">=", "<", "<=", "==", "!=");
        session.use(operators.stream()
                .flatMap(operator -> IntStream.range(0, 20) // enough for Drools to index by range
                        .mapToObj(i -> rule(
                                "r" + operators.indexOf(operator) + "-" + i,
                                "metric == \"cpu\", value " + operator + " " + (i - 10))))
                .toList());
        assertThat(evaluate(web1.at(2_000, Double.NaN))).isEqualTo(Evaluation.NOTHING);
        assertThat(evaluate(web1.at(3_000, 0.5)).holding()).hasSize(10 + 10 + 10 + 10 + 20 - 1 + 1);
        assertThat(evaluate(web1.at(4_000, Double.NaN)).ended()).hasSize(60);
    }

    @Test
    void negativeZeroIsZero() {
        session.use(IntStream.range(0, 20)
                .mapToObj(i -> rule("r" + i, "metric == \"cpu\", value >= " + i))
                .toList());
        assertThat(holding(evaluate(web1.at(2_000, -0.0)))).hasSize(1);
        session.use(List.of(rule("zero", "metric == \"cpu\", value >= -0.0, value <= 0")));
        assertThat(evaluate(web2.at(2_000, 0.0)).holding()).hasSize(2);
    }

    @Test
    void aRuleThatHoldsForTooManySeriesIsParkedAndTheOthersGoOn() {
        session.use(List.of(busy, rule("all", "metric == \"cpu\", value > -1")));
        evaluate(web1);
        var many = IntStream.range(0, 200)
                .mapToObj(i -> new FakeSeries("cpu", "host", "h" + i).at(1_000, i == 7 ? 1 : 0))
                .toArray(FakeSeries[]::new);
        var evaluation = evaluate(many);
        assertThat(evaluation.parked())
                .containsExactly(new Evaluation.Parked(
                        new RuleId("all"), "it holds for more than 100 series at once: select fewer"));
        assertThat(holding(evaluation)).containsExactly("busy {host=\"h7\"} 1.0");
        assertThat(ended(evaluation)).containsExactly("all {host=\"web-1\"} RULE_GONE");

        session.use(List.of(busy, rule("all", "metric == \"cpu\", value > -1")));
        assertThat(evaluate(web2)).as("the same version stays out").isEqualTo(Evaluation.NOTHING);
        session.use(List.of(busy, rule("all", "metric == \"cpu\", value > 0.99")));
        assertThat(holding(session.evaluate())).as("a new version is back").containsExactly("all {host=\"h7\"} 1.0");
    }

    @Test
    void aRuleThatHoldsForOtherSeriesThanBeforeStaysWithinItsLimit() {
        session.use(List.of(busy));
        assertThat(evaluate(hosts("a", 60, 0.95)).holding()).hasSize(60);

        Arrays.stream(hosts("a", 60, 0.1)).forEach(session::update);
        var evaluation = evaluate(hosts("b", 60, 0.95));
        assertThat(evaluation.parked()).isEmpty();
        assertThat(evaluation.holding()).hasSize(60);
        assertThat(evaluation.ended()).hasSize(60);

        assertThat(evaluate(hosts("c", 60, 0.95)).parked()).hasSize(1);
    }

    private static FakeSeries[] hosts(String group, int count, double value) {
        return IntStream.range(0, count)
                .mapToObj(i -> new FakeSeries("cpu", "host", group + i).at(1_000, value))
                .toArray(FakeSeries[]::new);
    }

    @Test
    void whatHeldBeforeAnotherRuleCameIsNoWork() {
        var rules = IntStream.range(0, 12)
                .mapToObj(i -> rule("r" + i, "metric == \"cpu\", value > " + i / 100.0))
                .toList();
        session.use(rules.subList(0, 11));
        assertThat(evaluate(hosts("a", 90, 0.95)).holding()).hasSize(11 * 90);

        session.use(rules);
        var evaluation = session.evaluate();
        assertThat(evaluation.parked()).isEmpty();
        assertThat(evaluation.holding())
                .hasSize(90)
                .allMatch(finding -> finding.rule().equals(rules.getLast().definition()));
        assertThat(evaluation.ended()).isEmpty();
    }

    @Test
    void aRuleThatMovesToAnotherMetricKeepsWhatHoldsThere() {
        session.use(List.of(busy));
        evaluate(web1, new FakeSeries("load", "host", "web-1").at(1_000, 5));
        session.use(List.of(rule("busy", "metric == \"load\", value > 4")));
        var moved = session.evaluate();
        assertThat(holding(moved)).containsExactly("busy {host=\"web-1\"} 5.0");
        assertThat(moved.ended()).isEmpty();
        assertThat(evaluate(web1.at(2_000, 0.1))).as("no rule looks at it").isEqualTo(Evaluation.NOTHING);
    }

    @Test
    void whenAllRulesTogetherFireTooOftenTheBusiestIsParked() {
        var rules = IntStream.range(0, 30)
                .mapToObj(i -> rule("r" + i, "metric == \"cpu\", value > " + (i < 20 ? -1 : 30)))
                .toList();
        session.use(rules);
        var evaluation = evaluate(IntStream.range(0, 90)
                .mapToObj(i -> new FakeSeries("cpu", "host", "h" + i).at(1_000, 0))
                .toArray(FakeSeries[]::new));
        assertThat(evaluation.parked()).hasSize(1);
        assertThat(evaluation.parked().getFirst().reason()).contains("limit of 1000 firings");
        assertThat(evaluation.holding()).hasSize(19 * 90);
    }

    @Test
    void aSeriesThatThrowsParksTheRulesThatAskItAndHarmsNoOther() {
        var broken = new SeriesView() {
            @Override
            public Series series() {
                return web1.series();
            }

            @Override
            public double value() {
                return 0.95;
            }

            @Override
            public long timeMillis() {
                return 1_000;
            }

            @Override
            public double window(Window window) {
                throw new IllegalStateException("no such window");
            }
        };
        var other = rule("other", "metric == \"load\", avg(\"5m\") > 0.9");
        session.use(List.of(busy, rule("windowed", "metric == \"cpu\", avg(\"5m\") > 0.9"), other));
        session.update(broken);
        var evaluation = session.evaluate();
        assertThat(holding(evaluation)).containsExactly("busy {host=\"web-1\"} 0.95");
        assertThat(evaluation.parked())
                .singleElement()
                .satisfies(parked ->
                        assertThat(parked.reason()).isEqualTo("avg(\"5m\") could not be read: no such window"));
        assertThat(holding(evaluate(web2.at(2_000, 0.96)))).containsExactly("busy {host=\"web-2\"} 0.96");
    }

    @Test
    void manyRulesAreReplacedAtOnce() {
        var first = IntStream.range(0, 500)
                .mapToObj(i -> rule("r" + i, "metric == \"cpu\", value > " + i / 500.0))
                .toList();
        session.use(first);
        assertThat(evaluate(web1, web2).holding()).hasSize(475 + 100);
        var second = IntStream.range(0, 500)
                .mapToObj(i -> rule("r" + i, "metric == \"cpu\", value > " + (i / 500.0 + 0.5)))
                .toList();
        session.use(second);
        var evaluation = session.evaluate();
        assertThat(evaluation.holding()).hasSize(225);
        assertThat(evaluation.ended()).hasSize(575 - 225);
    }

    @Test
    void rulesOfAnotherEngineAreRefused() {
        assertThatThrownBy(() -> session.use(List.of(busy, busy))).hasMessage("rule busy is given twice");
    }
}
