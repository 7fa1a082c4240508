package tocsin.web.overview;

import java.util.List;
import java.util.Set;
import org.springframework.stereotype.Component;
import tocsin.alert.AlertQuery;
import tocsin.alert.AlertStore;
import tocsin.alert.Status;
import tocsin.notify.ChannelStore;
import tocsin.notify.Outbox;
import tocsin.rule.SeriesCatalog;
import tocsin.rule.Severity;

/** What somebody who has just started Tocsin does next. Each step ticks itself off. */
@Component
class FirstSteps {
    private static final int METRICS_LOOKED_AT = 2000;

    private final SeriesCatalog catalog;
    private final ChannelStore channels;
    private final AlertStore alerts;
    private final Outbox outbox;

    FirstSteps(SeriesCatalog catalog, ChannelStore channels, AlertStore alerts, Outbox outbox) {
        this.catalog = catalog;
        this.channels = channels;
        this.alerts = alerts;
        this.outbox = outbox;
    }

    /** One step; {@code key} names its part of the page. */
    record Step(String key, boolean done) {}

    /** All steps, or none once everything is done. */
    List<Step> steps() {
        var steps = List.of(
                new Step("host", catalog.size() > 0),
                new Step("send", hasForeignMetric()),
                new Step(
                        "channel",
                        channels.all().stream()
                                .anyMatch(channel -> !channel.type().equals("console"))),
                new Step("alert", hasFired()),
                new Step("told", wasTold()));
        return steps.stream().allMatch(Step::done) ? List.of() : steps;
    }

    /** Something that neither this host nor Tocsin itself reports. */
    private boolean hasForeignMetric() {
        return catalog.metrics("", METRICS_LOOKED_AT).stream()
                .map(SeriesCatalog.Metric::name)
                .anyMatch(name -> !name.startsWith("host_") && !name.startsWith("tocsin_"));
    }

    private boolean hasFired() {
        var statuses = Set.of(Status.FIRING, Status.ACKNOWLEDGED, Status.RESOLVED);
        return alerts.find(new AlertQuery(statuses, Severity.LOW, null, 1)).stream()
                .findAny()
                .isPresent();
    }

    private boolean wasTold() {
        return outbox.latest(100).stream()
                .anyMatch(message -> message.outcome() == Outbox.Outcome.DELIVERED
                        && message.message().alert() != null);
    }
}
