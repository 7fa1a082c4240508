package tocsin.notifiers;

import java.time.InstantSource;
import java.util.List;
import tocsin.notifiers.common.WebClient;
import tocsin.notifiers.console.ConsoleNotifier;
import tocsin.notifiers.email.EmailNotifier;
import tocsin.notifiers.pagerduty.PagerDutyNotifier;
import tocsin.notifiers.slack.SlackNotifier;
import tocsin.notifiers.twilio.SmsNotifier;
import tocsin.notifiers.twilio.VoiceNotifier;
import tocsin.notifiers.webhook.WebhookNotifier;
import tocsin.notify.Notifier;

/** Every type of channel that Tocsin can tell people through. */
public final class Notifiers {
    private Notifiers() {}

    /** One notifier of each type, to be kept as long as the application runs. */
    public static List<Notifier> all(NotifierSettings settings) {
        return all(settings, InstantSource.system());
    }

    static List<Notifier> all(NotifierSettings settings, InstantSource clock) {
        var client = new WebClient(settings.timeout());
        return List.of(
                new ConsoleNotifier(),
                new EmailNotifier(settings.timeout(), clock),
                new SlackNotifier(client, settings.slackApi(), settings.timeout(), clock),
                new WebhookNotifier(client, clock),
                new PagerDutyNotifier(client, settings.pagerDutyApi(), clock),
                new SmsNotifier(client, settings.twilioApi(), clock),
                new VoiceNotifier(client, settings.twilioApi(), clock));
    }
}
