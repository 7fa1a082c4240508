package tocsin.drools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tocsin.rule.Window;
import tocsin.rule.Window.Function;
import tocsin.signal.Series;
import tocsin.signal.Staleness;

/** The tests of rules can be trusted: their notation, their windows, and that they fail. */
class RuleTestRunTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1 2 3         | 0=1.0 1=2.0 2=3.0
            0.2x2         | 0=0.2 1=0.2 2=0.2
            -2+4x3        | 0=-2.0 1=2.0 2=6.0 3=10.0
            10-5x2        | 0=10.0 1=5.0 2=0.0
            1 _ 2         | 0=1.0 2=2.0
            1 _x3 2       | 0=1.0 4=2.0
            1 stale       | 0=1.0 1=stale
            1e3 2.5e-1x1  | 0=1000.0 1=0.25 2=0.25
            """)
    void valuesAreReadAsPrometheusReadsThem(String text, String expected) {
        assertThat(SeriesNotation.read(text).stream()
                        .map(point -> point.index() + "="
                                + (Staleness.isMarker(point.value()) ? "stale" : String.valueOf(point.value())))
                        .collect(Collectors.joining(" ")))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "one", "1x", "x3", "1+2", "_3", "1..2"})
    void otherValuesAreRefused(String text) {
        assertThatThrownBy(() -> SeriesNotation.read(text)).hasMessageContaining("is no value");
    }

    /** Samples at 0, 10, 20 and 30 s, seen at 30 s. The sample at 0 s is outside, as windows are open at their start. */
    @ParameterizedTest
    @CsvSource({
        "AVG, 30, 0, 4",
        "MIN, 30, 0, 2",
        "MAX, 30, 0, 6",
        "SUM, 30, 0, 12",
        "COUNT, 30, 0, 3",
        "QUANTILE, 30, 0.75, 5",
        "ABSENT, 30, 0, 0",
        "INCREASE, 30, 0, 6", // 4 within 20 s, and the window's start is 10 s away: as far as a usual gap
        "RATE, 30, 0, 0.2",
        "INCREASE, 60, 0, 6", // all four samples; the counter was zero at the first, so nothing before it
        "RATE, 5, 0, NaN",
    })
    void windowsAreComputedAsDefined(Function function, int seconds, double argument, double expected) {
        var series = new ReferenceSeries(Series.of("m"));
        for (int i = 0; i <= 3; i++) {
            series.add(Duration.ofSeconds(10L * i), 2 * i);
        }
        series.setNow(Duration.ofSeconds(30));
        assertThat(series.window(new Window(function, Duration.ofSeconds(seconds), argument)))
                .isEqualTo(Double.valueOf(expected)); // boxed, so that NaN equals itself
    }

    @Test
    void aCounterThatFellBeganAgain() {
        var series = new ReferenceSeries(Series.of("m"));
        double[] values = {10, 20, 4, 8};
        for (int i = 0; i < values.length; i++) {
            series.add(Duration.ofSeconds(10L * i), values[i]);
        }
        series.setNow(Duration.ofSeconds(30));
        assertThat(series.window(new Window(Function.INCREASE, Duration.ofSeconds(31), 0)))
                .isEqualTo(18 * 31 / 30.0);
    }

    private static final String RULE = """
            rule "hot" @severity(low) @for("10s") @summary("{{room}} has {{value}} degrees") when
                $t : Series(metric == "temperature", value > 30)
            then raise($t); end
            """;

    private static String differences(String expectations) {
        String yaml = """
                tests:
                  - name: t
                    interval: 10s
                    series: [{series: 'temperature{room="a"}', values: '20 40x5'}]
                    expect:
                """ + expectations.indent(6);
        return String.join(
                "; ",
                RuleTestRun.play(
                        new DroolsRuleEngine().compile(RULE).rules(),
                        RuleTestFile.read(yaml).cases().getFirst()));
    }

    @Test
    void whatIsNotAsExpectedIsSaid() {
        assertThat(differences("- at: 5s")).isEmpty();
        assertThat(differences("- {at: 10s, pending: [{rule: hot, labels: {room: a}}]}"))
                .isEmpty();
        assertThat(differences("- {at: 20s, firing: [{rule: hot, labels: {room: a}, summary: a has 40 degrees}]}"))
                .isEmpty();
        assertThat(differences("- at: 20s")).startsWith("t: at 20s did not expect firing Seen[rule=hot");
        assertThat(differences("- {at: 10s, firing: [{rule: hot, labels: {room: a}}]}"))
                .contains("expected firing", "did not expect pending");
        assertThat(differences("- {at: 20s, firing: [{rule: hot, labels: {room: b}}]}"))
                .contains("expected firing", "did not expect firing");
        assertThat(differences("- {at: 20s, firing: [{rule: hot, labels: {room: a}, summary: a is hot}]}"))
                .contains("expected firing", "did not expect firing");
    }

    @Test
    void unknownFieldsAreRefused() {
        assertThatThrownBy(() -> differences("- {at: 20s, fires: []}"))
                .hasMessageContaining("the field fires is not known");
    }
}
