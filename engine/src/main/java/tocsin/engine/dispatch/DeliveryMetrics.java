package tocsin.engine.dispatch;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import tocsin.notify.Channel;
import tocsin.notify.Delivery;
import tocsin.notify.Outbox.Outcome;

/** Counts what was sent and times each attempt. */
final class DeliveryMetrics {
    private final MeterRegistry registry;

    DeliveryMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void attempted(String type, Delivery delivery, Duration took) {
        Timer.builder("tocsin.delivery.attempts")
                .description("Attempts to send, by type of channel and the provider's answer")
                .tag("type", type)
                .tag("answer", answer(delivery))
                .register(registry)
                .record(took);
    }

    void ended(String channel, String type, Outcome outcome) {
        Counter.builder("tocsin.delivery.sent")
                .description("Messages that ended, by outcome")
                .tag("channel", channel)
                .tag("type", type)
                .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                .register(registry)
                .increment();
        if (outcome == Outcome.FAILED) {
            failed(channel).increment();
        }
    }

    /** Show a zero for each channel before its first failure, or a rule that watches the increase would miss that one. */
    void prepare(List<Channel> channels) {
        channels.forEach(channel -> failed(channel.name()));
    }

    private Counter failed(String channel) {
        return Counter.builder("tocsin.delivery.failed")
                .description("Messages that never reached their channel")
                .tag("channel", channel)
                .register(registry);
    }

    private static String answer(Delivery delivery) {
        return switch (delivery) {
            case Delivery.Delivered _ -> "delivered";
            case Delivery.Retry _ -> "retry";
            case Delivery.Rejected _ -> "rejected";
        };
    }
}
