package tocsin.web.channel;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import tocsin.access.AuditLog;
import tocsin.notify.Channel;
import tocsin.notify.Delivery;
import tocsin.notify.Message;
import tocsin.notify.Notifier;

/**
 * Sends a test message by a channel and waits for the provider's answer. It goes around the outbox: a test that comes an
 * hour later helps nobody.
 */
@Component
public class ChannelTester {
    /** A notifier ends within its own time-out; this is for one that does not. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Map<String, Notifier> notifiers;
    private final AuditLog audit;
    private final InstantSource clock;

    public ChannelTester(List<Notifier> notifiers, AuditLog audit, InstantSource clock) {
        this.notifiers = notifiers.stream().collect(Collectors.toMap(Notifier::type, Function.identity()));
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Send a test.
     *
     * @param link an absolute URL of this installation, for the message
     */
    public Delivery test(Channel channel, String actor, String link) {
        var notifier = notifiers.get(channel.type());
        var delivery = notifier == null
                ? new Delivery.Rejected("There is no notifier of type " + channel.type() + ".")
                : send(notifier, channel, message(channel, actor, link));
        audit.record(actor, "channel.test", channel.name(), outcome(delivery));
        return delivery;
    }

    private Delivery send(Notifier notifier, Channel channel, Message message) {
        var answer = new CompletableFuture<Delivery>();
        Thread.ofVirtual().name("channel-test").start(() -> {
            try {
                answer.complete(notifier.send(channel, message, null));
            } catch (RuntimeException broken) {
                answer.completeExceptionally(broken);
            }
        });
        try {
            return answer.completeOnTimeout(
                            new Delivery.Retry("No answer within %d s.".formatted(PATIENCE.toSeconds()), null),
                            PATIENCE.toMillis(),
                            TimeUnit.MILLISECONDS)
                    .join();
        } catch (CompletionException broken) {
            // the cause's text might hold a secret
            Throwable cause = Objects.requireNonNullElse(broken.getCause(), broken);
            return new Delivery.Rejected(
                    "The notifier failed with " + cause.getClass().getSimpleName() + ".");
        }
    }

    private Message message(Channel channel, String actor, String link) {
        return new Message(
                "test-" + UUID.randomUUID(),
                channel.name(),
                null,
                Message.Kind.TEST,
                "Test from Tocsin: this channel works",
                "Nothing is wrong. %s pressed the test button of the channel %s.".formatted(actor, channel.name()),
                Map.of("channel", channel.name(), "type", channel.type()),
                link,
                "The test button was pressed by " + actor + ".",
                clock.instant());
    }

    /** What became of a test, in words. */
    static String outcome(Delivery delivery) {
        return switch (delivery) {
            case Delivery.Delivered delivered ->
                delivered.providerId().isEmpty()
                        ? "The provider has taken it."
                        : "The provider has taken it and calls it " + delivered.providerId() + ".";
            case Delivery.Retry retry -> "Not now: " + retry.cause();
            case Delivery.Rejected rejected -> "Refused: " + rejected.cause();
        };
    }
}
