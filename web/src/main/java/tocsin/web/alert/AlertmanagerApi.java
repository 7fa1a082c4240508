package tocsin.web.alert;

import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.info.BuildProperties;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tocsin.alert.Alert;
import tocsin.alert.AlertQuery;
import tocsin.alert.AlertStore;
import tocsin.alert.Status;
import tocsin.rule.Severity;

/** The reading half of Alertmanager's API version 2, so that tools that speak it, such as amtool, can look in. */
@RestController
@RequestMapping("/api/v2")
@Tag(name = "Alertmanager")
class AlertmanagerApi {
    private static final AlertQuery FIRING =
            new AlertQuery(Set.of(Status.FIRING, Status.ACKNOWLEDGED), Severity.LOW, null, AlertQuery.MAX_LIMIT);

    private final AlertStore alerts;
    private final InstantSource clock;
    private final Instant startedAt;
    private final String version;

    AlertmanagerApi(AlertStore alerts, InstantSource clock, ObjectProvider<BuildProperties> build) {
        this.alerts = alerts;
        this.clock = clock;
        this.startedAt = clock.instant();
        var properties = build.getIfAvailable();
        this.version = properties == null ? "unknown" : String.valueOf(properties.getVersion());
    }

    record State(String state, List<String> silencedBy, List<String> inhibitedBy, List<String> mutedBy) {}

    record Receiver(String name) {}

    record GettableAlert(
            Map<String, String> labels,
            Map<String, String> annotations,
            Instant startsAt,
            Instant endsAt,
            Instant updatedAt,
            String fingerprint,
            String generatorURL,
            List<Receiver> receivers,
            State status) {}

    @GetMapping("/alerts")
    List<GettableAlert> alerts() {
        return alerts.find(FIRING).stream().map(this::gettable).toList();
    }

    private GettableAlert gettable(Alert alert) {
        var labels = new LinkedHashMap<>(alert.labels().toMap());
        labels.put("alertname", alert.rule().value());
        labels.put("severity", alert.severity().label());
        var annotations = new LinkedHashMap<String, String>();
        annotations.put("summary", alert.summary());
        var runbook = alert.runbook();
        if (runbook != null) {
            annotations.put("runbook_url", runbook);
        }
        return new GettableAlert(
                labels,
                annotations,
                alert.startedAt(),
                clock.instant().plusSeconds(240), // still firing: Alertmanager's clients expect a guess ahead
                alert.changedAt(),
                alert.fingerprint().hex(),
                "/alerts/" + alert.id().value(),
                List.of(new Receiver("tocsin")),
                new State("active", List.of(), List.of(), List.of()));
    }

    @GetMapping("/status")
    Map<String, Object> status() {
        return Map.of(
                "cluster", Map.of("status", "disabled", "peers", List.of()),
                "versionInfo",
                        Map.of(
                                "version",
                                version,
                                "revision",
                                "",
                                "branch",
                                "",
                                "buildUser",
                                "",
                                "buildDate",
                                "",
                                "goVersion",
                                ""),
                "config", Map.of("original", ""),
                "uptime", startedAt);
    }
}
