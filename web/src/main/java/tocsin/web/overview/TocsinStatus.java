package tocsin.web.overview;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.springframework.stereotype.Component;
import tocsin.engine.pipeline.DetectionPipeline;
import tocsin.notify.Outbox;
import tocsin.rule.SeriesCatalog;
import tocsin.signal.SignalLog;
import tocsin.web.page.Show;

/** Says how each part of Tocsin is. What costs a query is asked for at most once in five seconds. */
@Component
class TocsinStatus implements SelfStatus {
    private static final Duration LAG_WORTH_TELLING = Duration.ofSeconds(15);
    private static final Duration FRESH = Duration.ofSeconds(5);
    private static final int MANY_WAITING = 100;

    private final DetectionPipeline detection;
    private final SignalLog log;
    private final Outbox outbox;
    private final SeriesCatalog series;
    private final MeterRegistry meters;
    private final InstantSource clock;
    private final Show show;
    private volatile Waiting waiting = new Waiting(0, true, Instant.EPOCH);

    /** What the database said last about the outbox, or that it said nothing. */
    private record Waiting(long messages, boolean answered, Instant askedAt) {}

    TocsinStatus(
            DetectionPipeline detection,
            SignalLog log,
            Outbox outbox,
            SeriesCatalog series,
            MeterRegistry meters,
            InstantSource clock,
            Show show) {
        this.detection = detection;
        this.log = log;
        this.outbox = outbox;
        this.series = series;
        this.meters = meters;
        this.clock = clock;
        this.show = show;
    }

    @Override
    public List<Item> items() {
        var asked = askDatabase();
        return List.of(signals(), database(asked), rules(), deliveries(asked));
    }

    private Item signals() {
        double refused = count("tocsin.log.refused");
        if (refused > 0) {
            return new Item(
                    "Log",
                    State.DEGRADED,
                    "The log was full and has turned senders away. Free disk, or raise tocsin.log.max-size.");
        }
        long records = log.end().value() - log.oldest().value();
        return new Item(
                "Log",
                State.OK,
                show.count(records) + " batches kept, " + show.count(series.size(), "series reports", "series report")
                        + ".");
    }

    private Item database(Waiting asked) {
        if (!asked.answered() || detection.storageAway()) {
            return new Item(
                    "Database",
                    State.DOWN,
                    "It does not answer. Signals and alerts are kept in the log and stored when it is back.");
        }
        return new Item("Database", State.OK, "It answers.");
    }

    private Item rules() {
        var lag = detection.lag();
        if (lag.compareTo(LAG_WORTH_TELLING) > 0) {
            return new Item(
                    "Rules", State.DEGRADED, "Evaluation is " + show.duration(lag) + " behind and catching up.");
        }
        return new Item("Rules", State.OK, "Evaluated as signals come in.");
    }

    private Item deliveries(Waiting asked) {
        if (asked.messages() > MANY_WAITING) {
            return new Item(
                    "Messages",
                    State.DEGRADED,
                    show.count(asked.messages()) + " are waiting to be sent; look at Deliveries for the reason.");
        }
        String waits =
                asked.messages() == 0 ? "None is waiting." : show.count(asked.messages(), "is", "are") + " on the way.";
        return new Item("Messages", State.OK, waits);
    }

    private Waiting askDatabase() {
        var now = clock.instant();
        var last = waiting;
        if (last.askedAt().plus(FRESH).isAfter(now)) {
            return last;
        }
        Waiting asked;
        try {
            asked = new Waiting(outbox.waiting(), true, now);
        } catch (RuntimeException away) {
            asked = new Waiting(last.messages(), false, now);
        }
        waiting = asked;
        return asked;
    }

    private double count(String name) {
        return meters.find(name).counters().stream().mapToDouble(Counter::count).sum();
    }
}
