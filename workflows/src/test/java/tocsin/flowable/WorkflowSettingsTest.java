package tocsin.flowable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import tocsin.step.HealingSettings;

class WorkflowSettingsTest {
    @Test
    void defaults_areShortOnWaitingAndLinksHaveNoDoubleSlash() {
        var settings = WorkflowSettings.defaults("https://tocsin.example/");
        assertThat(settings.baseUrl()).isEqualTo("https://tocsin.example");
        assertThat(settings.timerWait()).isEqualTo(Duration.ofMillis(200));
        assertThat(settings.overdueAfter()).isEqualTo(Duration.ofMinutes(1));
        assertThat(settings.healing()).isEqualTo(new HealingSettings(3, Duration.ofMinutes(2), Duration.ofMinutes(2)));
    }

    @Test
    void refusals_sayWhatIsAllowed() {
        assertThatThrownBy(() -> WorkflowSettings.defaults("tocsin.example"))
                .hasMessage("the base URL \"tocsin.example\" does not begin with http:// or https://");
        assertThatThrownBy(() -> new WorkflowSettings(
                        "http://a",
                        "",
                        HealingSettings.DEFAULT,
                        Duration.ofMillis(200),
                        4,
                        Duration.ofMinutes(1),
                        Duration.ofDays(1)))
                .hasMessage("the node's name has 1 to 255 characters, not \"\"");
        assertThatThrownBy(() -> new WorkflowSettings(
                        "http://a",
                        "a",
                        HealingSettings.DEFAULT,
                        Duration.ofSeconds(10),
                        4,
                        Duration.ofMinutes(1),
                        Duration.ofDays(1)))
                .hasMessage("the timer wait is between 10 ms and 1 s, not PT10S");
        assertThatThrownBy(() -> new WorkflowSettings(
                        "http://a",
                        "a",
                        HealingSettings.DEFAULT,
                        Duration.ofMillis(200),
                        9,
                        Duration.ofMinutes(1),
                        Duration.ofDays(1)))
                .hasMessage("threads are between 1 and 8, not 9");
        assertThatThrownBy(() -> new HealingSettings(3, Duration.ZERO, Duration.ofMinutes(2)))
                .hasMessage("the time-out of a repair's call must be longer than nothing, not PT0S");
    }
}
