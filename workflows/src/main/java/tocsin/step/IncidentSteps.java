package tocsin.step;

import java.time.InstantSource;
import org.flowable.engine.delegate.DelegateExecution;
import tocsin.incident.IncidentStore;

/** The steps of {@code incident.bpmn20.xml}. */
public final class IncidentSteps {
    private final IncidentStore incidents;
    private final Context context;
    private final InstantSource clock;

    public IncidentSteps(IncidentStore incidents, Context context, InstantSource clock) {
        this.incidents = incidents;
        this.context = context;
        this.clock = clock;
    }

    public void open(DelegateExecution execution) {
        var alert = context.alert(execution);
        incidents.open(alert.id(), alert.summary(), alert.severity(), clock.instant());
    }

    public void close(DelegateExecution execution) {
        incidents.close(context.alert(execution).id(), clock.instant());
    }
}
