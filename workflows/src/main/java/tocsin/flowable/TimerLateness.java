package tocsin.flowable;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.InstantSource;
import org.flowable.common.engine.api.delegate.event.AbstractFlowableEventListener;
import org.flowable.common.engine.api.delegate.event.FlowableEntityEvent;
import org.flowable.common.engine.api.delegate.event.FlowableEvent;
import org.flowable.job.api.Job;

/** Measures how long after its time each timer is worked on. */
final class TimerLateness extends AbstractFlowableEventListener {
    private final InstantSource clock;
    private final Timer lateness;

    TimerLateness(InstantSource clock, MeterRegistry meters) {
        this.clock = clock;
        lateness = Timer.builder("tocsin.workflow.timers.lateness")
                .description("how long after its time a timer was worked on")
                .register(meters);
    }

    @Override
    public void onEvent(FlowableEvent event) {
        if (event instanceof FlowableEntityEvent fired
                && fired.getEntity() instanceof Job job
                && job.getDuedate() != null) {
            lateness.record(Duration.between(job.getDuedate().toInstant(), clock.instant()));
        }
    }

    @Override
    public boolean isFailOnException() {
        return false;
    }
}
