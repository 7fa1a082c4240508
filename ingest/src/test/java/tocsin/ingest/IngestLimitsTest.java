package tocsin.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class IngestLimitsTest {
    private static IngestLimits limits(int bodyBytes, int decodedBytes, int inFlightBytes, Duration age) {
        return new IngestLimits(
                bodyBytes, decodedBytes, inFlightBytes, 1, 1, 64, 256, 2048, Duration.ofMinutes(10), age, 16);
    }

    @Test
    void limits_refuseByNameWhatCannotWork() {
        assertThatThrownBy(() -> limits(0, 10, 10, Duration.ofHours(1)))
                .hasMessage("bodyBytes must be at least 1, not 0");
        assertThatThrownBy(() -> limits(1, 10, 9, Duration.ofHours(1)))
                .hasMessageContaining("inFlightBytes (9) is smaller than decodedBytes (10)");
        assertThatThrownBy(() -> limits(1, 10, 10, Duration.ZERO)).hasMessageContaining("age (PT0S)");
    }

    @Test
    void shown_isShortAndHarmless() {
        assertThat(SeriesRules.shown("a\u001b[31mb\nc")).isEqualTo("a?[31mb?c");
        assertThat(SeriesRules.shown("x".repeat(1000))).hasSize(121).endsWith("…");
        assertThat(SeriesRules.shown("🔔")).isEqualTo("🔔");
    }
}
