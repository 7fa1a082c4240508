package tocsin.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tocsin.label.Labels;

class WordsTest {
    @ParameterizedTest
    @CsvSource({"5m, 300000", "1h30m, 5400000", "250ms, 250", "1d, 86400000", "0s, 0"})
    void durationsAreReadAndWritten(String text, long millis) {
        assertThat(Durations.parse(text)).isEqualTo(Duration.ofMillis(millis));
        assertThat(Durations.format(Duration.ofMillis(millis))).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"''", "5", "m", "5 m", "-5m", "5m1h", "five"})
    void whatIsNoDurationIsRefused(String text) {
        assertThatThrownBy(() -> Durations.parse(text)).hasMessageContaining("is not a duration, write it like 30s");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            CPU of {{instance}} is {{value | percent}} ; 0.9312 ; CPU of web-1 is 93.12 %
            {{ value }} waiting ; 1234567 ; 1234567 waiting
            {{value|bytes}} free ; 1610612736 ; 1.5 GiB free
            took {{value | duration}} ; 0.25 ; took 250 ms
            {{nowhere}} is slow ; 1 ; – is slow
            {{value}} {{value ; 0.1 ; 0.1 {{value""")
    void templates(String text, double value, String expected) {
        assertThat(Template.fill(text, Labels.of("instance", "web-1"), value)).isEqualTo(expected);
    }

    @Test
    void aLabelWithDollarsIsTakenLiterally() {
        assertThat(Template.fill("{{a}}", Labels.of("a", "$1\\"), 0)).isEqualTo("$1\\");
    }

    @Test
    void severitiesSortByHowBadTheyAre() {
        assertThat(Severity.CRITICAL).isGreaterThan(Severity.HIGH);
        assertThat(Severity.parse("medium")).isEqualTo(Severity.MEDIUM);
        assertThatThrownBy(() -> Severity.parse("urgent"))
                .hasMessage("severity \"urgent\" is unknown, use one of low, medium, high, critical");
    }

    @Test
    void windowsReadAsInARule() {
        assertThat(new Window(Window.Function.QUANTILE, Duration.ofMinutes(10), 0.99))
                .hasToString("quantile(\"10m\", 0.99)");
        assertThatThrownBy(() -> new Window(Window.Function.AVG, Duration.ofHours(25), 0))
                .hasMessageContaining("at most 24 hours");
    }
}
