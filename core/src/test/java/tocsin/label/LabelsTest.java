package tocsin.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelsTest {
    @Test
    void orderOfArgumentsDoesNotMatter() {
        var one = Labels.of("job", "api", "__name__", "up");
        var other = Labels.of("__name__", "up", "job", "api");
        assertThat(one).isEqualTo(other).hasSameHashCodeAs(other);
        assertThat(one.fingerprint()).isEqualTo(other.fingerprint());
        assertThat(one.metric()).isEqualTo("up");
        assertThat(one).hasToString("up{job=\"api\"}");
    }

    @Test
    void anEmptyValueIsNoLabel() {
        assertThat(Labels.of("a", "", "b", "1")).isEqualTo(Labels.of("b", "1"));
        assertThat(Labels.of("a", "")).isEqualTo(Labels.EMPTY);
    }

    @Test
    void aBoundaryBetweenNameAndValueCounts() {
        assertThat(Labels.of("ab", "c").fingerprint())
                .isNotEqualTo(Labels.of("a", "bc").fingerprint());
    }

    @Test
    void withAndWithoutLeaveTheOriginalAlone() {
        var labels = Labels.of("a", "1", "b", "2");
        assertThat(labels.with(Map.of("b", "3", "c", "4")).toMap()).isEqualTo(Map.of("a", "1", "b", "3", "c", "4"));
        assertThat(labels.without(List.of("a"))).isEqualTo(Labels.of("b", "2"));
        assertThat(labels).isEqualTo(Labels.of("a", "1", "b", "2"));
    }

    @Test
    void refusesDuplicatesAndEmptyNames() {
        assertThatThrownBy(() -> Labels.of("a", "1", "a", "2")).hasMessage("label \"a\" is given twice");
        assertThatThrownBy(() -> Labels.of("", "1")).hasMessage("a label has an empty name");
    }

    @Test
    void fingerprintsAreWrittenAndReadBack() {
        var fingerprint = Labels.of("a", "1").fingerprint();
        assertThat(Fingerprint.parse(fingerprint.hex())).isEqualTo(fingerprint);
        assertThatThrownBy(() -> Fingerprint.parse("12")).hasMessageContaining("16 hexadecimal digits");
    }

    /** Known answers of XXH64 with seed 0, one for each branch of the algorithm. */
    @ParameterizedTest
    @CsvSource({
        "'', ef46db3751d8e999",
        "a, d24ec4f1a98c6e5b",
        "abc, 44bc2cf5ad770999",
        "Nobody inspects the spammish repetition, fbcea83c8a378bf1",
    })
    void xxHashGivesThePublishedAnswers(String text, String expected) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        assertThat(new Fingerprint(XxHash64.hash(bytes, 0, bytes.length)).hex()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "EQUAL, prod, true",
        "EQUAL, dev, false",
        "NOT_EQUAL, dev, true",
        "MATCHES, pr.*, true",
        "MATCHES, pr, false",
        "NOT_MATCHES, pr.*, false"
    })
    void matchers(Matcher.Op op, String value, boolean expected) {
        assertThat(new Matcher("env", op, value).matches(Labels.of("env", "prod")))
                .isEqualTo(expected);
    }

    @Test
    void aMissingLabelMatchesAsEmpty() {
        assertThat(Matcher.equal("env", "").matches(Labels.EMPTY)).isTrue();
        assertThat(new Matcher("env", Matcher.Op.NOT_EQUAL, "prod").matches(Labels.EMPTY))
                .isTrue();
    }

    @Test
    void aMatcherRefusesAnEndlessExpression() {
        assertThatThrownBy(() -> new Matcher("env", Matcher.Op.MATCHES, "a".repeat(257)))
                .hasMessageContaining("257 characters");
    }
}
