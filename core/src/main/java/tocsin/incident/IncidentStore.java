package tocsin.incident;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import tocsin.alert.AlertId;
import tocsin.rule.Severity;

/** Keeps incidents. Safe for concurrent use; every call is part of the running transaction when there is one. */
public interface IncidentStore {
    /** Open an incident for this alert; when there is one already, that one is returned. */
    Incident open(AlertId alert, String title, Severity severity, Instant at);

    /** Close the incident of this alert, if it is open. */
    Optional<Incident> close(AlertId alert, Instant at);

    Optional<Incident> of(AlertId alert);

    /** Newest first. */
    List<Incident> latest(int limit);
}
