package tocsin.ingest.host;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tocsin.ingest.SampleLoop;
import tocsin.signal.SampleBatch;
import tocsin.signal.SignalLog;

/**
 * Appends the machine's processor, memory, disk and network metrics to the log. A kind of reading that the machine
 * refuses is told once and left out from then on; the others go on.
 */
public final class HostMetrics implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostMetrics.class);

    private final List<Reading> readings;
    private final Set<String> broken = new HashSet<>();
    private final String instance;
    private final SampleLoop loop;

    public HostMetrics(SignalLog log, HostSettings settings, InstantSource clock) {
        this(log, settings, clock, Readings.all());
    }

    HostMetrics(SignalLog log, HostSettings settings, InstantSource clock, List<Reading> readings) {
        this.readings = readings;
        this.instance = settings.instance();
        this.loop = new SampleLoop("host metrics", log, settings.interval(), clock, this::read);
    }

    public void start() {
        loop.start();
    }

    @Override
    public void close() {
        loop.close();
    }

    SampleBatch read(Instant now) {
        var batch = SampleBatch.builder(64);
        var sink = new Sink(batch, instance, now.toEpochMilli());
        for (var reading : readings) {
            if (!broken.contains(reading.name())) {
                read(reading, sink);
            }
        }
        return batch.build();
    }

    private void read(Reading reading, Sink sink) {
        try {
            reading.take().accept(sink);
        } catch (RuntimeException | LinkageError e) { // native code may be missing its library
            broken.add(reading.name());
            LOG.warn(
                    "This machine does not let {} be read; its metrics are left out: {}", reading.name(), e.toString());
        }
    }
}
