package tocsin.web.alert;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.security.Principal;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tocsin.alert.Alert;
import tocsin.alert.AlertDesk;
import tocsin.alert.AlertId;
import tocsin.alert.AlertQuery;
import tocsin.alert.AlertStore;
import tocsin.alert.Status;
import tocsin.alert.Transition;
import tocsin.notify.Outbox;
import tocsin.rule.Evidence;
import tocsin.rule.RuleId;
import tocsin.rule.Severity;

/** Alerts for machines. */
@RestController
@RequestMapping("/api/v1/alerts")
@Tag(name = "Alerts")
class AlertApi {
    private final AlertStore alerts;
    private final AlertDesk desk;
    private final Outbox outbox;

    AlertApi(AlertStore alerts, AlertDesk desk, Outbox outbox) {
        this.alerts = alerts;
        this.desk = desk;
        this.outbox = outbox;
    }

    record View(
            String id,
            String fingerprint,
            String rule,
            int ruleVersion,
            String severity,
            String status,
            Map<String, String> labels,
            String summary,
            @Nullable String runbook,
            Instant startedAt,
            @Nullable Instant firedAt,
            Instant changedAt,
            @Nullable String acknowledgedBy,
            double value,
            List<Evidence.Term> terms) {
        static View of(Alert alert) {
            return new View(
                    alert.id().value(),
                    alert.fingerprint().hex(),
                    alert.rule().value(),
                    alert.ruleVersion(),
                    alert.severity().label(),
                    alert.status().label(),
                    alert.labels().toMap(),
                    alert.summary(),
                    alert.runbook(),
                    alert.startedAt(),
                    alert.firedAt(),
                    alert.changedAt(),
                    alert.acknowledgedBy(),
                    alert.evidence().value(),
                    alert.evidence().terms());
        }
    }

    record Step(@Nullable String from, String to, Instant at, String actor, String reason, double value) {
        static Step of(Transition transition) {
            var from = transition.from();
            return new Step(
                    from == null ? null : from.label(),
                    transition.to().label(),
                    transition.at(),
                    transition.actor(),
                    transition.reason(),
                    transition.alert().evidence().value());
        }
    }

    record Told(
            String channel,
            String kind,
            String title,
            String reason,
            Instant createdAt,
            @Nullable String outcome,
            @Nullable String providerId,
            List<Outbox.Attempt> attempts) {
        static Told of(Outbox.Entry entry) {
            var message = entry.message();
            var outcome = entry.outcome();
            return new Told(
                    message.channel(),
                    message.kind().name().toLowerCase(Locale.ROOT),
                    message.title(),
                    message.reason(),
                    message.createdAt(),
                    outcome == null ? null : outcome.name().toLowerCase(Locale.ROOT),
                    entry.providerId(),
                    entry.attempts());
        }
    }

    /** An alert with its life and with what people were told. */
    record Story(View alert, List<Step> transitions, List<Told> messages) {}

    /** @param note in the responder's words, kept with the step */
    record Answer(@Nullable String note) {}

    @Operation(
            summary = "Alerts, most severe first",
            description = "Open ones unless a status is asked for: pending, firing, acknowledged, resolved.")
    @GetMapping
    List<View> list(
            @RequestParam @Nullable List<String> status,
            @RequestParam(defaultValue = "low") String severity,
            @RequestParam @Nullable String rule,
            @RequestParam(defaultValue = "1000") int limit) {
        var query = new AlertQuery(
                statuses(status), Severity.parse(severity), rule == null ? null : new RuleId(rule), limit);
        return alerts.find(query).stream().map(View::of).toList();
    }

    @GetMapping("/{id}")
    Story one(@PathVariable String id) {
        var alert = new AlertId(id);
        return new Story(
                View.of(alerts.find(alert)
                        .orElseThrow(() -> new NoSuchElementException("there is no alert \"" + id + "\""))),
                alerts.transitions(alert).stream().map(Step::of).toList(),
                outbox.of(alert).stream().map(Told::of).toList());
    }

    @PostMapping("/{id}/acknowledge")
    CompletableFuture<View> acknowledge(
            @PathVariable String id, @RequestBody(required = false) @Nullable Answer answer, Principal caller) {
        return desk.acknowledge(new AlertId(id), caller.getName(), note(answer)).thenApply(View::of);
    }

    @PostMapping("/{id}/resolve")
    CompletableFuture<View> resolve(
            @PathVariable String id, @RequestBody(required = false) @Nullable Answer answer, Principal caller) {
        return desk.resolve(new AlertId(id), caller.getName(), note(answer)).thenApply(View::of);
    }

    private static String note(@Nullable Answer answer) {
        return answer == null ? "" : Objects.requireNonNullElse(answer.note(), "");
    }

    private static Set<Status> statuses(@Nullable List<String> asked) {
        if (asked == null || asked.isEmpty()) {
            return AlertQuery.OPEN.statuses();
        }
        var statuses = EnumSet.noneOf(Status.class);
        for (String word : asked) {
            statuses.add(status(word));
        }
        return statuses;
    }

    private static Status status(String word) {
        for (var status : Status.values()) {
            if (status.label().equals(word)) {
                return status;
            }
        }
        throw new IllegalArgumentException(
                "status \"" + word + "\" is not known; use pending, firing, acknowledged or resolved");
    }
}
