package tocsin.drools;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tocsin.rule.CompiledRule;
import tocsin.rule.RuleDefinition;
import tocsin.rule.RuleId;
import tocsin.rule.RuleSession;
import tocsin.rule.SeriesView;
import tocsin.rule.Window;
import tocsin.signal.Series;

/** Ten thousand rules: all of them run, and to swap one concerns only the series of its metric. */
class ManyRulesTest {
    private static final int METRICS = 200;
    private static final int RULES = 10_000 / METRICS;
    private static final int HOSTS = 10;

    private final DroolsRuleEngine engine = new DroolsRuleEngine();
    private final RuleSession session = engine.open();
    private final Map<RuleId, CompiledRule> rules = new TreeMap<>();
    private final List<CountingSeries> series = new ArrayList<>();

    @AfterEach
    void close() {
        session.close();
    }

    @Test
    void oneOfTenThousandIsSwappedAndOnlyTheSeriesOfItsMetricAreLookedAt() {
        var model = (DroolsCompiledRule) engine.compile("""
                rule "model" @severity(low) @summary("s")
                when $s : Series(metric == "m", value > 0) then raise($s); end
                """).rules().getFirst();
        for (int metric = 0; metric < METRICS; metric++) {
            for (int limit = 0; limit < RULES; limit++) {
                publish(rule(model.definition(), metric, limit, 1, limit));
            }
            for (int host = 0; host < HOSTS; host++) {
                series.add(new CountingSeries(Series.of("m" + metric, "host", "h" + host), host + 0.5));
            }
        }
        session.use(rules.values());
        series.forEach(session::update);
        int below = HOSTS * (HOSTS + 1) / 2; // host 0 is above one limit, host 1 above two, and so on
        assertThat(session.evaluate().holding()).hasSize(METRICS * below);

        series.forEach(one -> one.reads = 0);
        publish(rule(model.definition(), 7, 0, 2, 3));
        session.use(rules.values());
        var swapped = session.evaluate();
        assertThat(swapped.holding())
                .hasSize(HOSTS - 3)
                .allMatch(finding -> finding.rule().version() == 2);
        assertThat(swapped.ended()).hasSize(3);
        assertThat(series).allMatch(one -> one.reads == 0 || one.series.metric().equals("m7"));
    }

    private void publish(CompiledRule rule) {
        rules.put(rule.definition().id(), rule);
    }

    /** Made from a compiled one, as parsing is not what is tested here. */
    private static CompiledRule rule(RuleDefinition model, int metric, int name, int version, double limit) {
        var definition = new RuleDefinition(
                new RuleId("m%d.r%d".formatted(metric, name)),
                version,
                model.severity(),
                model.hold(),
                model.keepFiring(),
                model.summary(),
                null,
                null,
                Map.of(),
                model.text());
        var condition = new Comparison(Quantity.VALUE, Operator.GREATER, limit);
        var pattern = new SeriesPattern("$s", "m" + metric, List.of(), List.of(List.of(condition)));
        return new DroolsCompiledRule(definition, new RuleModel(List.of(pattern), "$s"));
    }

    private static final class CountingSeries implements SeriesView {
        private final Series series;
        private final double value;
        private int reads;

        CountingSeries(Series series, double value) {
            this.series = series;
            this.value = value;
        }

        @Override
        public Series series() {
            return series;
        }

        @Override
        public double value() {
            reads++;
            return value;
        }

        @Override
        public long timeMillis() {
            return 1_000;
        }

        @Override
        public double window(Window window) {
            return Double.NaN;
        }
    }
}
