package tocsin.notifiers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import tocsin.notify.Notifier;

class NotifiersTest {
    private final NotifierSettings defaults = NotifierSettings.defaults();

    @Test
    void everyTypeIsThereOnce() {
        assertThat(Notifiers.all(defaults))
                .extracting(Notifier::type)
                .containsExactly("console", "email", "slack", "webhook", "pagerduty", "sms", "voice");
    }

    @Test
    void everySecretIsMarkedAsSuch() {
        assertThat(Notifiers.all(defaults).stream()
                        .flatMap(notifier -> notifier.settings().stream())
                        .filter(setting -> setting.name().matches(".*(secret|token|password|key|webhook_url)"))
                        .filter(setting -> !setting.secret()))
                .isEmpty();
    }

    @Test
    void settingsThatCannotBeAreRefusedWithTheirName() {
        assertThatThrownBy(() -> settings(Duration.ofMinutes(5), "https://slack.com"))
                .hasMessage("timeout is between 100 ms and 30 s, not PT5M");
        assertThatThrownBy(() -> settings(Duration.ofSeconds(1), "ftp://slack.com"))
                .hasMessage("slackApi is an http or https address without a query, not ftp://slack.com");
        assertThat(settings(Duration.ofSeconds(1), "http://proxy/slack/").slackApi())
                .hasToString("http://proxy/slack");
    }

    private NotifierSettings settings(Duration timeout, String slack) {
        return new NotifierSettings(timeout, URI.create(slack), defaults.twilioApi(), defaults.pagerDutyApi());
    }
}
