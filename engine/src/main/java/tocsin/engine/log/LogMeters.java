package tocsin.engine.log;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What the log tells about itself. */
final class LogMeters {
    private final MeterRegistry registry;
    private final List<Gauge> gauges = new ArrayList<>();
    final Counter records;
    final Counter samples;
    final Counter bytes;
    final Timer sync;
    final Counter refusedByQueue;
    final Counter refusedBySize;
    final Counter failures;
    final Counter tornBytes;
    final Counter damagedRecords;
    final Counter missedRecords;

    LogMeters(MeterRegistry registry) {
        this.registry = registry;
        records = counter("tocsin.log.records", "Batches that became durable");
        samples = counter("tocsin.log.samples", "Samples that became durable");
        bytes = counter("tocsin.log.bytes", "Bytes that became durable");
        sync = Timer.builder("tocsin.log.sync")
                .description("How long the disk took to make writes durable")
                .publishPercentileHistogram()
                .register(registry);
        refusedByQueue = refused("queue");
        refusedBySize = refused("size");
        failures = counter("tocsin.log.failures", "Failed writes and syncs");
        tornBytes = counter("tocsin.log.torn.bytes", "Bytes of unfinished records that were cut at start");
        damagedRecords = counter("tocsin.log.damaged.records", "Records that could not be read");
        missedRecords = counter("tocsin.log.missed.records", "Records that retention removed before a reader came");
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    private Counter refused(String reason) {
        return Counter.builder("tocsin.log.refused")
                .description("Batches that were refused because the log was full")
                .tag("reason", reason)
                .register(registry);
    }

    /** A gauge that lives until {@link #close}. */
    void gauge(String name, String description, Supplier<Number> value) {
        gauges.add(Gauge.builder(name, value)
                .description(description)
                .strongReference(true)
                .register(registry));
    }

    void close() {
        gauges.forEach(registry::remove);
    }
}
