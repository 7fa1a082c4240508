package tocsin.notifiers.common;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tocsin.notify.Channel;
import tocsin.notify.Delivery;
import tocsin.notify.Message;
import tocsin.notify.Notifier;

/**
 * A notifier that checks the settings before it sends, turns whatever is thrown into an answer, and keeps secrets out of
 * causes, so that each channel only has to speak its protocol.
 */
public abstract class CheckedNotifier implements Notifier {
    private static final Logger LOG = LoggerFactory.getLogger(CheckedNotifier.class);

    private final String type;
    private final Form form;

    protected CheckedNotifier(String type, Form form) {
        this.type = type;
        this.form = form;
    }

    @Override
    public final String type() {
        return type;
    }

    @Override
    public final List<Notifier.Setting> settings() {
        return form.settings();
    }

    @Override
    public final List<String> problems(Map<String, String> settings) {
        return form.problems(settings);
    }

    @Override
    public final Delivery send(Channel channel, Message message, @Nullable String earlier) {
        var problems = problems(channel.settings());
        if (!problems.isEmpty()) {
            return new Delivery.Rejected("the channel's settings are wrong: " + String.join("; ", problems));
        }
        return withoutSecrets(attempt(channel, message, earlier), channel.settings());
    }

    private Delivery attempt(Channel channel, Message message, @Nullable String earlier) {
        try {
            return deliver(new Values(channel.settings()), message, earlier);
        } catch (IOException e) {
            return new Delivery.Retry(Failures.inWords(e), null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Delivery.Retry("Tocsin was stopped while it was sending", null);
        } catch (RuntimeException e) {
            // not the message and not the trace's first line: both may quote a header or an address with a secret
            LOG.error("{} failed to send message {}: {} at {}", channel, message.key(), e.getClass(), where(e));
            return new Delivery.Retry("unexpected " + e.getClass().getSimpleName() + ", see the log", null);
        }
    }

    private static String where(RuntimeException failure) {
        var trace = failure.getStackTrace();
        return trace.length == 0 ? "an unknown place" : trace[0].toString();
    }

    private Delivery withoutSecrets(Delivery delivery, Map<String, String> settings) {
        var redaction = new Redaction(form.secrets(settings));
        return switch (delivery) {
            case Delivery.Delivered delivered -> delivered;
            case Delivery.Retry retry -> new Delivery.Retry(redaction.clean(retry.cause()), retry.after());
            case Delivery.Rejected rejected -> new Delivery.Rejected(redaction.clean(rejected.cause()));
        };
    }

    /** Send once, with settings that have no problems. Anything thrown is a reason to try again. */
    protected abstract Delivery deliver(Values settings, Message message, @Nullable String earlier)
            throws IOException, InterruptedException;

    @Override
    public final String toString() {
        return "notifier " + type;
    }
}
