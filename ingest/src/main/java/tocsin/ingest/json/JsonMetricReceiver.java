package tocsin.ingest.json;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import tocsin.ingest.Accepted;
import tocsin.ingest.IngestLimits;
import tocsin.ingest.Intake;
import tocsin.ingest.SeriesRules;
import tocsin.signal.SignalLog;

/**
 * Takes metrics as JSON: one metric, an array of metrics, or {@code {"metrics": [...]}}. A request is stored as a whole
 * or not at all; what is wrong with it is told by place, such as {@code metrics[3].value}. Safe for concurrent use.
 */
public final class JsonMetricReceiver {
    private final Intake intake;
    private final IngestLimits limits;
    private final InstantSource clock;
    private final SeriesRules rules;

    public JsonMetricReceiver(SignalLog log, IngestLimits limits, InstantSource clock, MeterRegistry meters) {
        this.intake = new Intake(log, limits, meters, "json");
        this.limits = limits;
        this.clock = clock;
        this.rules = new SeriesRules(limits);
    }

    /**
     * Read a request and append its samples. The future completes once they are durable, and fails with a
     * {@link tocsin.ingest.RejectedException} otherwise. The body is read on the calling thread and is not closed.
     */
    public CompletableFuture<Accepted> receive(InputStream body) {
        return intake.receive(memory -> {
            byte[] bytes = intake.read(body);
            memory.take(bytes.length);
            var reader = new MetricReader(limits, rules, clock.instant());
            try {
                return reader.read(bytes);
            } finally {
                intake.countRefused(reader.refused());
            }
        });
    }
}
