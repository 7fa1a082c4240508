package tocsin.notifiers;

import java.time.InstantSource;
import java.util.List;
import tocsin.notifiers.common.WebClient;
import tocsin.notifiers.console.ConsoleNotifier;
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
        return List.of(new ConsoleNotifier(), new WebhookNotifier(client, clock));
    }
}
