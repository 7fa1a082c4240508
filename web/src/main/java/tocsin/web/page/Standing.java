package tocsin.web.page;

import java.util.Comparator;
import java.util.List;
import org.springframework.stereotype.Component;
import tocsin.alert.Alert;
import tocsin.alert.AlertStore;
import tocsin.alert.Status;

/** How things stand, in the frame of each page: how many alerts fire, and how bad the worst is. */
@Component("standing")
public class Standing {
    private final AlertStore alerts;

    Standing(AlertStore alerts) {
        this.alerts = alerts;
    }

    /** What the frame shows; it never fails, so that error pages have a frame when the database is away. */
    public Now now() {
        try {
            List<Alert> firing = alerts.open().stream()
                    .filter(alert -> alert.status() == Status.FIRING)
                    .toList();
            String worst = firing.stream()
                    .map(Alert::severity)
                    .max(Comparator.naturalOrder())
                    .map(severity -> severity.label())
                    .orElse("none");
            return new Now(true, firing.size(), worst);
        } catch (RuntimeException unreadable) {
            return new Now(false, 0, "unknown");
        }
    }

    /**
     * @param known whether alerts could be read at all
     * @param worst severity of the worst firing alert, {@code none} or {@code unknown}
     */
    public record Now(boolean known, int firing, String worst) {}
}
