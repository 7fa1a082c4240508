package tocsin.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SegmentFileLogSettingsTest {
    private final Path directory = Path.of("log");

    @Test
    void defaults() {
        assertThat(SegmentFileLogSettings.in(directory))
                .isEqualTo(new SegmentFileLogSettings(
                        directory,
                        64L << 20,
                        Duration.ofMillis(50),
                        Duration.ofHours(24),
                        4L << 30,
                        64L << 20,
                        20_000));
    }

    @Test
    void refusesWhatCannotWork() {
        refused(Settings.in(directory).segmentBytes(10), "segmentBytes is 10, it must be at least 1024");
        refused(Settings.in(directory).syncInterval(Duration.ofMillis(-1)), "syncInterval is PT-0.001S");
        refused(Settings.in(directory).syncInterval(Duration.ofHours(1)), "between zero and one minute");
        refused(Settings.in(directory).maxAge(Duration.ZERO), "maxAge is PT0S, it must be positive");
        refused(Settings.in(directory).maxBytes(100L << 20), "must hold at least two segments");
        refused(Settings.in(directory).queueBytes(0), "queueBytes is 0, it must be at least 1");
        refused(Settings.in(directory).queueBatches(0), "queueBatches is 0, it must be at least 1");
    }

    private static void refused(Settings settings, String because) {
        assertThatThrownBy(settings::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(because);
    }
}
