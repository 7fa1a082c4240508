package tocsin.engine.dispatch;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tocsin.notify.Channel;
import tocsin.notify.ChannelStore;
import tocsin.notify.Delivery;
import tocsin.notify.Message;
import tocsin.notify.Notifier;
import tocsin.notify.Outbox.Outcome;

/** Sends one message: checks that it is still wanted, finds its channel, tries once, and says what to record. */
final class Sender {
    private static final Logger LOG = LoggerFactory.getLogger(Sender.class);
    private static final String NO_TYPE = "none";

    private final ChannelStore channels;
    private final Relevance relevance;
    private final Map<String, Notifier> notifiers;
    private final DispatcherSettings settings;
    private final InstantSource clock;
    private final Recorder recorder;
    private final DeliveryMetrics metrics;
    private final Outage outage = new Outage(
            "Alerts and channels cannot be read, messages go back to the outbox", "Alerts and channels are read again");

    Sender(
            ChannelStore channels,
            Relevance relevance,
            List<Notifier> notifiers,
            DispatcherSettings settings,
            InstantSource clock,
            Recorder recorder,
            DeliveryMetrics metrics) {
        this.channels = channels;
        this.relevance = relevance;
        this.notifiers = notifiers.stream().collect(Collectors.toUnmodifiableMap(Notifier::type, Function.identity()));
        this.settings = settings;
        this.clock = clock;
        this.recorder = recorder;
        this.metrics = metrics;
    }

    void send(Taken taken) {
        if (clock.instant().isAfter(taken.startBefore())) {
            putBack(taken, "waited too long for its turn");
            return;
        }
        Optional<Channel> channel;
        String objection;
        try {
            objection = relevance.objection(taken.message());
            channel = channels.find(taken.channel());
            outage.over();
        } catch (RuntimeException e) {
            outage.began(e);
            putBack(taken, "could not be checked: " + e.getClass().getSimpleName());
            return;
        }
        if (objection != null) {
            recorder.ended(taken, channel.map(Channel::type).orElse(NO_TYPE), Outcome.DROPPED, "", objection);
        } else if (channel.isEmpty()) {
            recorder.ended(taken, NO_TYPE, Outcome.FAILED, "", "there is no channel of this name any more");
        } else {
            sendBy(channel.get(), taken);
        }
    }

    /** Leave a message to a later time, though nothing was sent. */
    void putBack(Taken taken, String reason) {
        var pause = Backoff.after(1, taken.message().key(), null);
        recorder.retry(taken, clock.instant().plus(pause), "not sent yet: " + reason);
    }

    private void sendBy(Channel channel, Taken taken) {
        var notifier = notifiers.get(channel.type());
        if (notifier == null) {
            String detail = "nothing sends by channels of type " + channel.type();
            recorder.ended(taken, channel.type(), Outcome.FAILED, "", detail);
        } else if (!channel.enabled() && taken.message().kind() != Message.Kind.TEST) {
            recorder.ended(taken, channel.type(), Outcome.DROPPED, "", "not sent, because the channel is switched off");
        } else {
            record(taken, channel, attempt(notifier, channel, taken));
        }
    }

    private Delivery attempt(Notifier notifier, Channel channel, Taken taken) {
        long start = System.nanoTime(); // how long it took, whatever the injected clock says
        var claimed = taken.claimed();
        var message = claimed.uncertain() ? marked(claimed.message()) : claimed.message();
        Delivery delivery;
        try {
            delivery = notifier.send(channel, message, claimed.earlier());
        } catch (RuntimeException e) { // against its contract; the message may hold a secret, so only the class is told
            LOG.error("{} threw {} for message {}", notifier, e.getClass().getName(), message.key());
            delivery = new Delivery.Retry("unexpected " + e.getClass().getSimpleName(), null);
        }
        metrics.attempted(channel.type(), delivery, Duration.ofNanos(System.nanoTime() - start));
        return delivery;
    }

    private static Message marked(Message message) {
        String body = message.body().isEmpty() ? "(may be a repeat)" : message.body() + "\n(may be a repeat)";
        return new Message(
                message.key(),
                message.channel(),
                message.alert(),
                message.kind(),
                message.title(),
                body,
                message.facts(),
                message.link(),
                message.reason(),
                message.createdAt());
    }

    private void record(Taken taken, Channel channel, Delivery delivery) {
        switch (delivery) {
            case Delivery.Delivered(var id) ->
                recorder.ended(taken, channel.type(), Outcome.DELIVERED, id, "delivered");
            case Delivery.Rejected(var cause) -> recorder.ended(taken, channel.type(), Outcome.FAILED, "", cause);
            case Delivery.Retry retry -> retryOrGiveUp(taken, channel, retry);
        }
    }

    private void retryOrGiveUp(Taken taken, Channel channel, Delivery.Retry retry) {
        int attempt = taken.claimed().attempt();
        var at = clock.instant().plus(Backoff.after(attempt, taken.message().key(), retry.after()));
        boolean tooOld = at.isAfter(taken.message().createdAt().plus(settings.age()));
        if (tooOld || attempt >= settings.attempts()) {
            String detail = "gave up after attempt %d: %s".formatted(attempt, retry.cause());
            recorder.ended(taken, channel.type(), Outcome.FAILED, "", detail);
        } else {
            recorder.retry(taken, at, retry.cause());
        }
    }
}
