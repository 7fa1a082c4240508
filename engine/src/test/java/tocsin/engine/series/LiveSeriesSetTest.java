package tocsin.engine.series;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tocsin.label.Matcher;
import tocsin.rule.CompiledRule;
import tocsin.rule.Demand;
import tocsin.rule.RuleDefinition;
import tocsin.rule.RuleId;
import tocsin.rule.Selector;
import tocsin.rule.SeriesCatalog;
import tocsin.rule.SeriesView;
import tocsin.rule.Severity;
import tocsin.rule.Window;
import tocsin.signal.Points;
import tocsin.signal.SampleBatch;
import tocsin.signal.Series;
import tocsin.signal.Staleness;

class LiveSeriesSetTest {
    private static final long START = 1_767_607_200_000L;
    private static final Window AVERAGE = new Window(Window.Function.AVG, Duration.ofMinutes(5), 0);
    private static final Window MOST = new Window(Window.Function.MAX, Duration.ofMinutes(10), 0);
    private static final Window ABSENT = new Window(Window.Function.ABSENT, Duration.ofMinutes(1), 0);
    private static final Series A = Series.of("cpu", "instance", "a", "env", "prod");
    private static final Series B = Series.of("cpu", "instance", "b", "env", "dev");
    private static final Series OTHER = Series.of("memory", "instance", "a");

    private final LiveSeriesSet series =
            new LiveSeriesSet(new SeriesSettings(3, 50, Duration.ofMinutes(5)), Duration.ofSeconds(1));
    private final Changes changes = new Changes();
    private long now = START;

    private record Rule(RuleDefinition definition, List<Selector> selectors, Set<Demand> demands)
            implements CompiledRule {
        static Rule of(String name, Selector selector, Window... windows) {
            var definition = new RuleDefinition(
                    new RuleId(name), 1, Severity.LOW, Duration.ZERO, Duration.ZERO, "", null, null, Map.of(), name);
            var demands = new HashSet<Demand>();
            for (var window : windows) {
                demands.add(new Demand(selector, window));
            }
            return new Rule(definition, List.of(selector), demands);
        }

        @Override
        public CompiledRule withVersion(int version) {
            return this;
        }
    }

    private static final Rule PROD =
            Rule.of("prod", new Selector("cpu", List.of(Matcher.equal("env", "prod"))), AVERAGE);

    private void use(Rule... rules) {
        series.use(List.of(rules), now, changes);
    }

    private void send(Series of, long secondsAgo, double value) {
        changes.clear();
        series.accept(
                SampleBatch.builder(1).add(of, now - secondsAgo * 1000, value).build(), now, changes);
    }

    private void pass(long seconds) {
        changes.clear();
        for (long i = 0; i < seconds; i++) {
            now += 1000;
            series.tick(now, _ -> false, changes);
        }
    }

    private SeriesView live(Series of) {
        var live = series.find(of.fingerprint());
        assertThat(live).describedAs("%s is live", of).isNotNull();
        return live;
    }

    @Test
    void keepsOnlyWhatRulesDemand() {
        use(PROD);
        send(A, 10, 1);
        send(A, 0, 3);
        send(B, 0, 5);
        assertThat(live(A).value()).isEqualTo(3);
        assertThat(live(A).window(AVERAGE)).isEqualTo(2);
        assertThat(live(A).window(MOST)).isNaN();
        assertThat(live(B).value()).isEqualTo(5);
        assertThat(live(B).window(AVERAGE)).isNaN();
    }

    @Test
    void onlySeriesThatConcernARuleAreNoted() {
        use(PROD);
        send(B, 0, 5);
        assertThat(changes.updated()).isEmpty();
        send(A, 0, 5);
        assertThat(changes.updated()).containsExactly(series.find(A.fingerprint()));
        assertThat(series.tally(new RuleId("prod")).matchedSeries()).isEqualTo(1);
        assertThat(series.tally(new RuleId("prod")).evaluations()).isEqualTo(1);
    }

    @Test
    void aSeriesIsNotedOnceForEachBatch() {
        use(PROD);
        series.accept(
                SampleBatch.builder(3)
                        .add(A, now - 2000, 1)
                        .add(A, now - 1000, 2)
                        .add(A, now, 6)
                        .build(),
                now,
                changes);
        assertThat(changes.updated()).hasSize(1);
        assertThat(live(A).window(AVERAGE)).isEqualTo(3);
    }

    @Test
    void lateSamplesCountInTheirWindowAndNotAsTheLatest() {
        use(PROD);
        send(A, 0, 6);
        send(A, 20, 2);
        send(A, 3600, 1000);
        assertThat(live(A).value()).isEqualTo(6);
        assertThat(live(A).timeMillis()).isEqualTo(now);
        assertThat(live(A).window(AVERAGE)).isEqualTo(4);
    }

    @Test
    void theNewestWriteOfAnInstantWins() {
        use(PROD);
        send(A, 0, 6);
        send(A, 0, 8);
        assertThat(live(A).value()).isEqualTo(8);
        assertThat(live(A).window(AVERAGE)).isEqualTo(8);
    }

    @Test
    void aNaNIsAValueAndTheMarkerIsAnEnd() {
        use(PROD);
        send(A, 10, 1);
        send(A, 5, Double.NaN);
        assertThat(live(A).value()).isNaN();
        assertThat(live(A).window(AVERAGE)).isNaN();
        assertThat(series.find(A.fingerprint()).lacksData(AVERAGE)).isFalse();
        var before = series.find(A.fingerprint());
        send(A, 8, Staleness.MARKER);
        assertThat(series.find(A.fingerprint()))
                .describedAs("a marker that is older than the latest sample")
                .isSameAs(before);
        send(A, 0, Staleness.MARKER);
        assertThat(changes.removed()).containsExactly(before);
        assertThat(before.value()).isNaN();
        assertThat(series.find(A.fingerprint())).isNull();
        assertThat(series.catalog().size()).isZero();
        assertThat(series.tally(new RuleId("prod")).matchedSeries()).isZero();
    }

    @Test
    void aSeriesThatComesBackLivesAgain() {
        use(PROD);
        send(A, 10, 1);
        send(A, 5, Staleness.MARKER);
        send(A, 0, 7);
        assertThat(live(A).window(AVERAGE)).isEqualTo(7);
        assertThat(changes.removed()).isEmpty();
    }

    @Test
    void whatComesAndGoesInOneBatchWasNeverThere() {
        use(PROD);
        series.accept(
                SampleBatch.builder(2)
                        .add(A, now - 1000, 1)
                        .add(A, now, Staleness.MARKER)
                        .build(),
                now,
                changes);
        assertThat(changes.isEmpty()).isTrue();
    }

    @Test
    void windowsOfASilentSeriesRunEmpty() {
        use(PROD);
        send(A, 0, 1);
        pass(280);
        assertThat(live(A).window(AVERAGE)).isEqualTo(1);
        pass(40);
        assertThat(live(A).window(AVERAGE)).isNaN();
        assertThat(series.find(A.fingerprint()).lacksData(AVERAGE)).isTrue();
        assertThat(live(A).value()).describedAs("the last value stays").isEqualTo(1);
        pass(100);
        assertThat(changes.updated()).describedAs("nothing changes any more").isEmpty();
    }

    @Test
    void silenceIsNoticedWithinFifteenSeconds() {
        use(Rule.of("silent", new Selector("cpu", List.of()), ABSENT));
        send(A, 0, 1);
        pass(59);
        assertThat(live(A).window(ABSENT)).isZero();
        pass(15);
        assertThat(live(A).window(ABSENT)).isEqualTo(1);
    }

    @Test
    void silentSeriesAreForgottenInTheEnd() {
        use(PROD);
        send(A, 0, 1);
        send(B, 0, 1);
        pass(299);
        assertThat(series.catalog().size()).isEqualTo(2);
        pass(20);
        assertThat(series.find(B.fingerprint()))
                .describedAs("no rule matches it")
                .isNull();
        pass(Window.MAX_LENGTH.toSeconds() - 400);
        assertThat(live(A).value()).isEqualTo(1);
        pass(120);
        assertThat(series.find(A.fingerprint())).isNull();
        assertThat(changes.removed()).hasSize(1);
    }

    @Test
    void whatAnAlertIsAboutIsNotForgotten() {
        use(PROD);
        send(A, 0, 1);
        for (int day = 0; day < 3; day++) {
            now += Window.MAX_LENGTH.toMillis();
            for (int i = 0; i < 15; i++) {
                now += 1000;
                series.tick(now, live -> live.series().equals(A), changes);
            }
        }
        assertThat(live(A).value()).isEqualTo(1);
    }

    @Test
    void seriesBeyondTheLimitAreSkippedAndCounted() {
        for (int i = 0; i < 5; i++) {
            send(Series.of("m", "i", "" + i), 0, 1);
        }
        assertThat(series.catalog().size()).isEqualTo(3);
        assertThat(series.skippedSamples()).isEqualTo(2);
    }

    @Test
    void aSampleFromTheFarFutureDoesNotHideTheNextOnes() {
        use(PROD);
        send(A, -3601, 99);
        send(A, 0, 1);
        assertThat(live(A).value()).isEqualTo(1);
        assertThat(series.earlySamples()).isEqualTo(1);
    }

    @Test
    void aWindowHoldsNoMoreSamplesThanTheLimit() {
        use(PROD);
        for (int second = 100; second > 0; second--) {
            send(A, second, second);
        }
        assertThat(series.droppedSamples()).isEqualTo(50);
        assertThat(live(A).window(AVERAGE)).isEqualTo(25.5);
    }

    @Test
    void aNewDemandIsFilledFromHistoryUnderWhatCameInMeanwhile() {
        send(A, 10, 5);
        series.use(List.of(PROD), now, changes)
                .forEach(gap -> assertThat(gap.fromMillis())
                        .isEqualTo(now - AVERAGE.length().toMillis()));
        send(A, 0, 9);
        assertThat(live(A).window(AVERAGE)).isEqualTo(7);
        series.backfill(
                A.fingerprint(),
                new Points(new long[] {now - 20_000, now - 10_000}, new double[] {1, 77}),
                now,
                changes);
        assertThat(live(A).window(AVERAGE))
                .describedAs("what came in live is the newer write")
                .isEqualTo(5);
    }

    @Test
    void aDemandThatIsGoneIsForgotten() {
        use(PROD, Rule.of("most", new Selector("cpu", List.of()), MOST));
        send(A, 0, 5);
        assertThat(live(A).window(MOST)).isEqualTo(5);
        use(PROD);
        assertThat(live(A).window(MOST)).isNaN();
        assertThat(live(A).window(AVERAGE)).isEqualTo(5);
    }

    @Test
    void theCatalogShowsWhatIsLive() {
        use(PROD);
        send(A, 0, 5);
        send(B, 0, 6);
        send(OTHER, 0, 7);
        var catalog = series.catalog();
        assertThat(catalog.size()).isEqualTo(3);
        assertThat(catalog.find(new Selector("cpu", List.of()), 10))
                .extracting(SeriesView::value)
                .containsExactly(6.0, 5.0);
        assertThat(catalog.find(new Selector("cpu", List.of()), 1)).hasSize(1);
        assertThat(catalog.count(new Selector("cpu", List.of(Matcher.equal("env", "prod")))))
                .isEqualTo(1);
        assertThat(catalog.metrics("M", 10)).containsExactly(new SeriesCatalog.Metric("memory", 1));
        assertThat(catalog.metrics("", 1)).containsExactly(new SeriesCatalog.Metric("cpu", 2));
        var glimpse = catalog.find(A.fingerprint()).orElseThrow();
        assertThat(glimpse.window(AVERAGE)).isEqualTo(5);
        send(A, 0, 9);
        assertThat(glimpse.value()).describedAs("a copy does not move").isEqualTo(5);
        assertThat(catalog.find(Series.of("x").fingerprint())).isEmpty();
    }
}
