package tocsin.ingest.self;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tocsin.signal.InMemorySignalLog;
import tocsin.signal.LogPosition;
import tocsin.signal.SampleBatch;
import tocsin.signal.Series;
import tocsin.signal.Staleness;

class SelfMetricsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final InMemorySignalLog log = new InMemorySignalLog(InstantSource.fixed(NOW));
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final SelfMetrics metrics =
            new SelfMetrics(registry, log, SelfSettings.of("box"), InstantSource.fixed(NOW));

    @AfterEach
    void close() {
        metrics.close();
    }

    private Map<String, Double> read() {
        return asText(metrics.read(NOW));
    }

    private static Map<String, Double> asText(SampleBatch batch) {
        return IntStream.range(0, batch.size())
                .boxed()
                .collect(Collectors.toMap(i -> withoutOrigin(batch.series(i)), batch::value));
    }

    private static String withoutOrigin(Series series) {
        assertThat(series.labels().toMap()).containsEntry("job", "tocsin").containsEntry("instance", "box");
        return series.labels().without(List.of("job", "instance")).toString();
    }

    @Test
    void read_namesMetersAsAPrometheusScrapeWould() {
        registry.counter("tocsin.log.records", "a", "b").increment(3);
        registry.gauge("tocsin.log.bytes", 7);
        registry.gauge("hikaricp.connections.active", 2);
        registry.timer("http.server.requests", "uri", "/x").record(Duration.ofMillis(1500));
        registry.summary("tocsin.batch.size").record(4);
        Counter.builder("jvm.gc.memory.allocated")
                .baseUnit("bytes")
                .register(registry)
                .increment(10);
        registry.counter("logback.events").increment();

        var read = read();

        assertThat(read)
                .containsEntry("tocsin_log_records_total{a=\"b\"}", 3.0)
                .containsEntry("tocsin_log_bytes{}", 7.0)
                .containsEntry("hikaricp_connections_active{}", 2.0)
                .containsEntry("http_server_requests_seconds_count{uri=\"/x\"}", 1.0)
                .containsEntry("http_server_requests_seconds_sum{uri=\"/x\"}", 1.5)
                .containsEntry("http_server_requests_seconds_max{uri=\"/x\"}", 1.5)
                .containsEntry("tocsin_batch_size_max{}", 4.0)
                .containsEntry("jvm_gc_memory_allocated_bytes_total{}", 10.0);
        assertThat(read.keySet()).noneMatch(name -> name.startsWith("logback"));
        assertThat(read.get("tocsin_jvm_memory_utilization{}")).isBetween(0.0, 1.0);
    }

    @Test
    void read_endsTheSeriesOfAMeterThatIsGone() {
        var counter = registry.counter("tocsin.log.records");
        read();
        registry.remove(counter);

        assertThat(Staleness.isMarker(read().get("tocsin_log_records_total{}"))).isTrue();
        assertThat(read()).doesNotContainKey("tocsin_log_records_total{}");
    }

    @Test
    void read_isBounded() {
        IntStream.range(0, 50).forEach(i -> registry.counter("tocsin.many", "i", "n" + i));
        try (var few = new SelfMetrics(
                registry, log, new SelfSettings(Duration.ofSeconds(5), "box", 10), InstantSource.fixed(NOW))) {
            assertThat(few.read(NOW).size()).isEqualTo(11); // ten meters and the heap
        }
    }

    @Test
    void start_goesOnAfterTheLogRefused() throws InterruptedException {
        log.refuseAppends(new UncheckedIOException(new IOException("disk full")));
        try (var quick = new SelfMetrics(
                        registry, log, new SelfSettings(Duration.ofMillis(100), "box", 10), InstantSource.fixed(NOW));
                var reader = log.read(LogPosition.START)) {
            quick.start();
            assertThat(reader.poll(Duration.ofMillis(250))).isNull();
            log.acceptAppends();
            assertThat(reader.poll(Duration.ofSeconds(10))).isNotNull();
        }
    }
}
