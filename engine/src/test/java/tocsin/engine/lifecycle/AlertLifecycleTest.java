package tocsin.engine.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tocsin.alert.Alert;
import tocsin.alert.AlertId;
import tocsin.alert.Transition;
import tocsin.label.Labels;
import tocsin.rule.Durations;
import tocsin.rule.Evaluation;
import tocsin.rule.Evaluation.Ended;
import tocsin.rule.Evaluation.Reason;
import tocsin.rule.Evidence;
import tocsin.rule.Finding;
import tocsin.rule.RuleDefinition;
import tocsin.rule.RuleId;
import tocsin.rule.SeriesView;
import tocsin.rule.Severity;
import tocsin.rule.Window;
import tocsin.signal.Series;

/** The clock is in seconds from the start; the event time of a sample is what the test says, and usually skewed. */
class AlertLifecycleTest {
    private static final Instant START = Instant.parse("2026-01-05T10:00:00Z");
    private static final Series CPU = Series.of("cpu", "instance", "a");
    private static final RuleId RULE = new RuleId("cpu.high");

    private final Set<Series> known = new HashSet<>(Set.of(CPU));
    private final Set<Series> withoutData = new HashSet<>();
    private final List<Transition> all = new ArrayList<>();
    private AlertLifecycle life = newLife();
    private RuleDefinition rule = rule(1, "5m", "0s");

    private AlertLifecycle newLife() {
        return new AlertLifecycle(new Sight() {
            @Override
            public boolean knows(Series series) {
                return known.contains(series);
            }

            @Override
            public boolean lacksData(RuleId id, Series series) {
                return withoutData.contains(series);
            }
        });
    }

    @BeforeEach
    void useTheRule() {
        use(rule);
    }

    private void use(RuleDefinition next) {
        rule = next;
        life.use(List.of(next));
    }

    private static RuleDefinition rule(int version, String hold, String keepFiring) {
        return new RuleDefinition(
                RULE,
                version,
                Severity.HIGH,
                Durations.parse(hold),
                Durations.parse(keepFiring),
                "CPU of {{instance}} is {{value | percent}}",
                "docs/runbooks/cpu.md",
                null,
                Map.of("team", "core"),
                "text");
    }

    private static Instant at(long second) {
        return START.plusSeconds(second);
    }

    private Finding finding(double value, Instant sampled) {
        return finding(CPU, value, sampled);
    }

    private Finding finding(Series series, double value, Instant sampled) {
        var term = new Evidence.Term("avg(\"5m\")", ">", 0.9, value);
        return new Finding(rule, series.labels().withoutMetric(), new Evidence(series, sampled, value, List.of(term)));
    }

    private List<String> holds(long second, double value) {
        return take(life.step(
                at(second),
                new Evaluation(List.of(finding(value, at(second - 2))), List.of(), List.of()),
                List.of(view(CPU)),
                List.of()));
    }

    private List<String> ends(long second, Reason reason) {
        var key = finding(0, at(second)).key();
        return take(life.step(
                at(second),
                new Evaluation(List.of(), List.of(new Ended(key, reason)), List.of()),
                List.of(view(CPU)),
                List.of()));
    }

    /** The series reports, and nothing is found about it. */
    private List<String> reports(long second) {
        return take(life.step(at(second), Evaluation.NOTHING, List.of(view(CPU)), List.of()));
    }

    private List<String> tick(long second) {
        return take(life.step(at(second)));
    }

    private List<String> take(List<Transition> steps) {
        all.addAll(steps);
        return steps.stream().map(AlertLifecycleTest::words).toList();
    }

    private static String words(Transition step) {
        return step.from() + " " + step.to() + ": " + step.reason();
    }

    private Alert last() {
        return all.getLast().alert();
    }

    private void restart() {
        var open = life.open();
        life = newLife();
        life.use(List.of(rule));
        life.restore(open);
    }

    private static SeriesView view(Series series) {
        return new SeriesView() {
            @Override
            public Series series() {
                return series;
            }

            @Override
            public double value() {
                return 0;
            }

            @Override
            public long timeMillis() {
                return 0;
            }

            @Override
            public double window(Window window) {
                return Double.NaN;
            }
        };
    }

    private static final String HIGH = "avg(\"5m\") was 0.93, limit > 0.9";

    @Test
    void fromPendingToFiringToResolved() {
        assertThat(holds(0, 0.93)).containsExactly("null PENDING: " + HIGH);
        assertThat(last().firedAt()).isNull();
        assertThat(holds(299, 0.95)).isEmpty();
        assertThat(tick(300)).containsExactly("PENDING FIRING: avg(\"5m\") was 0.95, limit > 0.9, for 5m");
        assertThat(last().firedAt()).isEqualTo(at(300));
        assertThat(last().startedAt()).isEqualTo(at(-2));
        assertThat(last().summary()).isEqualTo("CPU of a is 95 %");
        assertThat(last().labels()).isEqualTo(Labels.of("instance", "a", "team", "core"));
        assertThat(last().fingerprint()).isEqualTo(Alert.fingerprint(RULE, last().labels()));
        assertThat(last().runbook()).isEqualTo("docs/runbooks/cpu.md");
        assertThat(ends(310, Reason.CONDITION_CLEARED))
                .containsExactly("FIRING RESOLVED: the condition no longer holds");
        assertThat(last().revision()).isEqualTo(3);
        assertThat(last().firedAt()).isEqualTo(at(300));
        assertThat(life.open()).isEmpty();
    }

    @Test
    void withoutHoldItFiresAtOnceAndIsNeverPending() {
        use(rule(1, "0s", "0s"));
        assertThat(holds(0, 0.93)).containsExactly("null FIRING: " + HIGH);
        assertThat(last().firedAt()).isEqualTo(at(0));
        assertThat(last().revision()).isEqualTo(1);
    }

    @Test
    void whatClearsBeforeTheHoldIsOverNeverFired() {
        holds(0, 0.93);
        assertThat(ends(299, Reason.CONDITION_CLEARED))
                .containsExactly("PENDING RESOLVED: the condition cleared before it had held for 5m");
        assertThat(last().hasFired()).isFalse();
        assertThat(tick(301)).isEmpty();
        assertThat(holds(302, 0.93)).containsExactly("null PENDING: " + HIGH);
        assertThat(tick(600)).isEmpty();
        assertThat(tick(602)).hasSize(1);
    }

    @Test
    void aConditionThatClearsInTheMomentInWhichItWouldFireDoesNotFire() {
        holds(0, 0.93);
        assertThat(ends(300, Reason.CONDITION_CLEARED))
                .singleElement()
                .asString()
                .startsWith("PENDING RESOLVED");
    }

    /** The clock of the sender is an hour ahead; the hold is as long as ever. */
    @Test
    void skewOfEventTimeDoesNotChangeTheHold() {
        var ahead = finding(0.93, at(3600));
        take(life.step(at(0), new Evaluation(List.of(ahead), List.of(), List.of()), List.of(view(CPU)), List.of()));
        assertThat(tick(299)).isEmpty();
        assertThat(tick(300)).hasSize(1);
        assertThat(last().startedAt()).isEqualTo(at(3600));
        assertThat(last().firedAt()).isEqualTo(at(300));
    }

    @Test
    void keepFiringBridgesAGap() {
        use(rule(1, "0s", "1m"));
        holds(0, 0.93);
        assertThat(ends(10, Reason.CONDITION_CLEARED)).isEmpty();
        assertThat(tick(69)).isEmpty();
        assertThat(holds(69, 0.95)).describedAs("it is back in time").isEmpty();
        assertThat(tick(200)).isEmpty();
        assertThat(ends(200, Reason.CONDITION_CLEARED)).isEmpty();
        assertThat(tick(259)).isEmpty();
        assertThat(tick(260)).containsExactly("FIRING RESOLVED: the condition has not held for 1m");
        assertThat(holds(261, 0.93)).containsExactly("null FIRING: " + HIGH);
    }

    @Test
    void aPendingAlertIsNotKeptByKeepFiring() {
        use(rule(1, "5m", "1m"));
        holds(0, 0.93);
        assertThat(ends(10, Reason.CONDITION_CLEARED)).hasSize(1);
    }

    @Test
    void anEndedSeriesResolvesAtOnce() {
        use(rule(1, "0s", "10m"));
        holds(0, 0.93);
        assertThat(ends(10, Reason.SERIES_GONE)).containsExactly("FIRING RESOLVED: the series ended");
    }

    @Test
    void aWithdrawnRuleResolvesWhatItFound() {
        use(rule(1, "0s", "10m"));
        holds(0, 0.93);
        life.use(List.of());
        assertThat(ends(10, Reason.RULE_GONE)).containsExactly("FIRING RESOLVED: the rule was withdrawn");
        assertThat(tick(11)).isEmpty();
    }

    @Test
    void aParkedRuleSaysWhy() {
        use(rule(1, "0s", "0s"));
        holds(0, 0.93);
        var parked = new Evaluation(
                List.of(),
                List.of(new Ended(finding(0, at(1)).key(), Reason.RULE_GONE)),
                List.of(new Evaluation.Parked(RULE, "it took more than 1 s")));
        assertThat(take(life.step(at(10), parked, List.of(), List.of())))
                .containsExactly("FIRING RESOLVED: the rule was taken out of evaluation: it took more than 1 s");
    }

    @Test
    void missingDataResolvesNothing() {
        use(rule(1, "0s", "0s"));
        holds(0, 0.93);
        withoutData.add(CPU);
        assertThat(ends(400, Reason.CONDITION_CLEARED)).isEmpty();
        assertThat(tick(100_000)).isEmpty();
        assertThat(reports(100_001))
                .describedAs("one sample is too few for the window")
                .isEmpty();
        withoutData.clear();
        assertThat(holds(100_010, 0.95)).describedAs("it holds as before").isEmpty();
        assertThat(ends(100_020, Reason.CONDITION_CLEARED)).hasSize(1);
    }

    @Test
    void whenDataComesBackAndAllIsWellItResolves() {
        use(rule(1, "0s", "0s"));
        holds(0, 0.93);
        withoutData.add(CPU);
        ends(400, Reason.CONDITION_CLEARED);
        withoutData.clear();
        assertThat(reports(500)).containsExactly("FIRING RESOLVED: the condition no longer holds");
    }

    @Test
    void aSeriesThatEndsWhileItsDataIsMissingResolves() {
        use(rule(1, "0s", "0s"));
        holds(0, 0.93);
        withoutData.add(CPU);
        ends(400, Reason.CONDITION_CLEARED);
        assertThat(take(life.step(at(500), Evaluation.NOTHING, List.of(), List.of(view(CPU)))))
                .containsExactly("FIRING RESOLVED: the series ended");
    }

    @Test
    void aBreachAndThenSilenceFires() {
        holds(0, 0.93);
        withoutData.add(CPU);
        assertThat(ends(200, Reason.CONDITION_CLEARED)).isEmpty();
        assertThat(tick(300)).singleElement().asString().startsWith("PENDING FIRING");
    }

    @Test
    void aNewVersionOfARuleMakesNoStep() {
        use(rule(1, "5m", "0s"));
        holds(0, 0.93);
        for (int version = 2; version < 50; version++) {
            use(rule(version, "5m", "0s"));
            assertThat(holds(version, 0.93)).isEmpty();
        }
        assertThat(life.open()).singleElement().extracting(Alert::ruleVersion).isEqualTo(1);
        assertThat(tick(300)).describedAs("the hold went on").hasSize(1);
        assertThat(last().ruleVersion()).isEqualTo(49);
    }

    @Test
    void aShorterHoldCountsAtOnceAndALongerOneToo() {
        holds(0, 0.93);
        use(rule(2, "1h", "0s"));
        assertThat(tick(300)).isEmpty();
        use(rule(3, "2m", "0s"));
        assertThat(tick(301)).hasSize(1);
    }

    @Test
    void labelsOfANewVersionDoNotMakeASecondAlert() {
        holds(0, 0.93);
        var relabelled = new RuleDefinition(
                RULE, 2, Severity.LOW, rule.hold(), rule.keepFiring(), "{{instance}}", null, null, Map.of(), "text");
        use(relabelled);
        assertThat(holds(10, 0.93)).isEmpty();
        assertThat(tick(300)).hasSize(1);
        assertThat(last().severity()).isEqualTo(Severity.LOW);
        assertThat(last().labels()).isEqualTo(Labels.of("instance", "a", "team", "core"));
    }

    @Test
    void acknowledgeTakesAnAlertOnce() {
        use(rule(1, "0s", "0s"));
        holds(0, 0.93);
        var id = last().id();
        var step = life.acknowledge(id, "ann", " on it ", at(5)).orElseThrow();
        assertThat(words(step)).isEqualTo("FIRING ACKNOWLEDGED: on it");
        assertThat(step.alert().acknowledgedBy()).isEqualTo("ann");
        assertThat(step.actor()).isEqualTo("ann");
        assertThat(life.acknowledge(id, "bob", "", at(6))).isEmpty();
        assertThat(holds(7, 0.99)).isEmpty();
        assertThat(ends(8, Reason.CONDITION_CLEARED))
                .containsExactly("ACKNOWLEDGED RESOLVED: the condition no longer holds");
        assertThat(last().acknowledgedBy()).isEqualTo("ann");
        assertThat(life.acknowledge(id, "bob", "", at(9))).isEmpty();
        assertThat(life.acknowledge(new AlertId("0000000000000000-1"), "bob", "", at(9)))
                .isEmpty();
    }

    @Test
    void aPendingAlertThatIsTakenNeverPages() {
        holds(0, 0.93);
        var step = life.acknowledge(last().id(), "ann", "", at(5)).orElseThrow();
        assertThat(words(step)).isEqualTo("PENDING ACKNOWLEDGED: acknowledged by ann");
        assertThat(tick(1000)).isEmpty();
        assertThat(ends(1001, Reason.CONDITION_CLEARED)).hasSize(1);
        assertThat(last().hasFired()).isFalse();
    }

    @Test
    void whatIsClosedByHandMustClearBeforeItCountsAgain() {
        use(rule(1, "0s", "0s"));
        holds(0, 0.93);
        var first = last().id();
        var step = life.resolve(first, "ann", "known bug", at(5)).orElseThrow();
        assertThat(words(step)).isEqualTo("FIRING RESOLVED: known bug");
        assertThat(life.resolve(first, "bob", "", at(6))).isEmpty();
        assertThat(holds(10, 0.95)).isEmpty();
        assertThat(tick(1000)).isEmpty();
        assertThat(ends(1001, Reason.CONDITION_CLEARED)).isEmpty();
        assertThat(holds(1002, 0.95)).hasSize(1);
        assertThat(last().id()).isNotEqualTo(first);
    }

    @Test
    void closedByHandAndThenSilentAndThenWellMeansItMayComeBack() {
        use(rule(1, "0s", "0s"));
        holds(0, 0.93);
        life.resolve(last().id(), "ann", "", at(5));
        withoutData.add(CPU);
        assertThat(ends(400, Reason.CONDITION_CLEARED)).isEmpty();
        withoutData.clear();
        assertThat(reports(500)).isEmpty();
        assertThat(holds(510, 0.95)).hasSize(1);
    }

    /** Old records are read while people act now: an alert's time still does not run backwards. */
    @Test
    void timeDoesNotRunBackwardsWithinAnAlert() {
        use(rule(1, "0s", "0s"));
        holds(0, 0.93);
        life.acknowledge(last().id(), "ann", "", at(100));
        ends(10, Reason.CONDITION_CLEARED);
        assertThat(last().changedAt()).isEqualTo(at(100));
    }

    @Test
    void anEpisodesNameIsNeverUsedTwice() {
        use(rule(1, "0s", "0s"));
        var same = new Evaluation(List.of(finding(0.93, at(0))), List.of(), List.of());
        take(life.step(at(1), same, List.of(view(CPU)), List.of()));
        ends(2, Reason.CONDITION_CLEARED);
        take(life.step(at(3), same, List.of(view(CPU)), List.of()));
        assertThat(all.stream().map(step -> step.alert().id()).distinct()).hasSize(2);
        assertThat(last().startedAt()).isEqualTo(at(0).plusMillis(1));
    }

    @Test
    void seriesThatARuleMakesAlikeShareAnAlert() {
        rule = new RuleDefinition(
                RULE, 1, Severity.LOW, Duration.ZERO, Duration.ZERO, "", null, null, Map.of("instance", "any"), "");
        use(rule);
        var other = Series.of("cpu", "instance", "b");
        var both =
                new Evaluation(List.of(finding(CPU, 0.93, at(0)), finding(other, 0.94, at(0))), List.of(), List.of());
        assertThat(take(life.step(at(1), both, List.of(view(CPU), view(other)), List.of())))
                .hasSize(1);
        assertThat(ends(2, Reason.CONDITION_CLEARED))
                .describedAs("b still holds")
                .isEmpty();
        var last = new Ended(finding(other, 0, at(0)).key(), Reason.CONDITION_CLEARED);
        assertThat(take(life.step(at(3), new Evaluation(List.of(), List.of(last), List.of()), List.of(), List.of())))
                .hasSize(1);
    }

    // Restart

    @Test
    void aRestartLosesNoPendingTime() {
        holds(0, 0.93);
        var before = last();
        restart();
        assertThat(tick(200)).isEmpty();
        assertThat(holds(201, 0.94)).describedAs("no second first step").isEmpty();
        assertThat(tick(300)).containsExactly("PENDING FIRING: avg(\"5m\") was 0.94, limit > 0.9, for 5m");
        assertThat(last().id()).isEqualTo(before.id());
        assertThat(last().revision()).isEqualTo(2);
    }

    @Test
    void aRestartWhileFiringPagesNobody() {
        use(rule(1, "0s", "0s"));
        holds(0, 0.93);
        restart();
        assertThat(tick(100)).isEmpty();
        assertThat(holds(101, 0.94)).isEmpty();
        assertThat(ends(102, Reason.CONDITION_CLEARED)).hasSize(1);
    }

    @Test
    void whatIsRestoredWaitsForItsSeries() {
        holds(0, 0.93);
        known.clear();
        withoutData.add(CPU);
        restart();
        assertThat(tick(1000))
                .describedAs("nobody knows whether it still holds")
                .isEmpty();
        known.add(CPU);
        withoutData.clear();
        assertThat(holds(1001, 0.94)).singleElement().asString().startsWith("PENDING FIRING");
    }

    @Test
    void whatIsRestoredResolvesWhenItsSeriesReportsThatAllIsWell() {
        use(rule(1, "0s", "0s"));
        holds(0, 0.93);
        restart();
        assertThat(reports(100)).containsExactly("FIRING RESOLVED: the condition no longer holds");
    }

    @Test
    void whatIsRestoredResolvesWhenItsRuleIsGone() {
        use(rule(1, "0s", "0s"));
        holds(0, 0.93);
        restart();
        life.use(List.of());
        assertThat(tick(100)).containsExactly("FIRING RESOLVED: the rule was withdrawn");
    }

    @Test
    void anAcknowledgedAlertStaysAcknowledged() {
        use(rule(1, "0s", "0s"));
        holds(0, 0.93);
        life.acknowledge(last().id(), "ann", "", at(5));
        restart();
        assertThat(holds(100, 0.94)).isEmpty();
        assertThat(life.open())
                .singleElement()
                .extracting(Alert::acknowledgedBy)
                .isEqualTo("ann");
    }

    @Test
    void aRehearsalTakesNoStepAndRemembersSinceWhenTheConditionIsGone() {
        use(rule(1, "0s", "1m"));
        holds(0, 0.93);
        var open = life.open();
        life = newLife();
        life.use(List.of(rule));
        life.rehearse(true);
        life.restore(open);
        assertThat(holds(10, 0.94)).isEmpty();
        assertThat(ends(20, Reason.CONDITION_CLEARED)).isEmpty();
        life.rehearse(false);
        assertThat(tick(79)).isEmpty();
        assertThat(tick(80)).hasSize(1);
    }

    @Test
    void whatIsNewInARehearsalGetsItsAlertAfterwards() {
        life.rehearse(true);
        assertThat(holds(0, 0.93)).isEmpty();
        assertThat(life.unclaimed()).containsOnlyKeys(finding(0, at(0)).key());
        life.rehearse(false);
        assertThat(tick(1)).containsExactly("null PENDING: " + HIGH);
    }

    @Test
    void whatWasClosedBeforeARestartStaysClosed() {
        life.rehearse(true);
        holds(0, 0.93);
        life.close(finding(0, at(0)).key());
        life.rehearse(false);
        assertThat(tick(1)).isEmpty();
        assertThat(holds(2, 0.93)).isEmpty();
        assertThat(ends(3, Reason.CONDITION_CLEARED)).isEmpty();
        assertThat(holds(4, 0.93)).hasSize(1);
    }

    @Test
    void countsWhatHolds() {
        assertThat(life.holding(RULE)).isZero();
        holds(0, 0.93);
        holds(1, 0.93);
        assertThat(life.holding(RULE)).isEqualTo(1);
        ends(2, Reason.CONDITION_CLEARED);
        assertThat(life.holding(RULE)).isZero();
    }

    @Test
    void reasonsAreReadable() {
        var terms = List.of(
                new Evidence.Term("avg(\"5m\")", ">", 0.9, 0.930000001),
                new Evidence.Term("count(\"5m\")", ">=", 20, 31));
        assertThat(Reasons.holds(new Evidence(CPU, START, 0.93, terms)))
                .isEqualTo("avg(\"5m\") was 0.93, limit > 0.9 and count(\"5m\") was 31, limit >= 20");
        assertThat(Arrays.asList(Reasons.byHand("  ", "closed by ann"), Reasons.byHand("x", "y")))
                .containsExactly("closed by ann", "x");
    }
}
