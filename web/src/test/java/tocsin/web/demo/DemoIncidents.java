package tocsin.web.demo;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tocsin.alert.AlertId;
import tocsin.incident.Incident;
import tocsin.incident.IncidentStore;
import tocsin.rule.Severity;

/** Incidents in memory. */
final class DemoIncidents implements IncidentStore {
    private final List<Incident> incidents = new ArrayList<>();

    @Override
    public synchronized Incident open(AlertId alert, String title, Severity severity, Instant at) {
        var incident = new Incident(incidents.size() + 15L, alert, title, severity, at, null);
        incidents.addFirst(incident);
        return incident;
    }

    @Override
    public synchronized Optional<Incident> close(AlertId alert, Instant at) {
        incidents.replaceAll(each -> each.alert().equals(alert)
                ? new Incident(each.number(), alert, each.title(), each.severity(), each.openedAt(), at)
                : each);
        return of(alert);
    }

    @Override
    public synchronized Optional<Incident> of(AlertId alert) {
        return incidents.stream().filter(each -> each.alert().equals(alert)).findFirst();
    }

    @Override
    public synchronized List<Incident> latest(int limit) {
        return incidents.stream().limit(limit).toList();
    }
}
