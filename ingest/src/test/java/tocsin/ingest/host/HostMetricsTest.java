package tocsin.ingest.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tocsin.ingest.Stored;
import tocsin.signal.InMemorySignalLog;
import tocsin.signal.LogPosition;
import tocsin.signal.SampleBatch;
import tocsin.signal.Series;

class HostMetricsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final InMemorySignalLog log = new InMemorySignalLog(InstantSource.fixed(NOW));
    private final HostSettings settings = HostSettings.of("box");

    private static Map<String, List<Double>> byMetric(SampleBatch batch) {
        return IntStream.range(0, batch.size())
                .boxed()
                .collect(Collectors.groupingBy(
                        i -> batch.series(i).metric(), Collectors.mapping(batch::value, Collectors.toList())));
    }

    /** On the machine that runs this test, whatever it is: the numbers must be possible ones. */
    @Test
    void read_givesPlausibleValuesOfThisMachine() {
        try (var metrics = new HostMetrics(log, settings, InstantSource.system())) {
            var first = metrics.read(NOW);
            long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
            while (System.nanoTime() < until) {
                Thread.onSpinWait(); // so that the processor has ticks to count
            }
            var read = byMetric(metrics.read(NOW.plusSeconds(5)));

            assertThat(byMetric(first)).doesNotContainKey("host_cpu_utilization");
            assertThat(read.get("host_cpu_utilization")).singleElement().satisfies(HostMetricsTest::isShare);
            assertThat(read.get("host_memory_utilization")).singleElement().satisfies(HostMetricsTest::isShare);
            assertThat(read.get("host_memory_available_bytes").getFirst())
                    .isPositive()
                    .isLessThanOrEqualTo(read.get("host_memory_total_bytes").getFirst());
            assertThat(read.get("host_uptime_seconds").getFirst()).isPositive();
            assertThat(read.get("host_load1").getFirst()).isNotNegative();
            read.getOrDefault("host_filesystem_utilization", List.of()).forEach(HostMetricsTest::isShare);
            read.getOrDefault("host_disk_busy_ratio", List.of()).forEach(HostMetricsTest::isShare);
            read.forEach((metric, values) -> assertThat(values).as(metric).allMatch(value -> value >= 0));
        }
    }

    private static void isShare(double value) {
        assertThat(value).isBetween(0.0, 1.0);
    }

    @Test
    void read_labelsEverySeriesWithJobAndInstance() {
        try (var metrics = new HostMetrics(log, settings, InstantSource.system())) {
            var batch = metrics.read(NOW);
            for (int i = 0; i < batch.size(); i++) {
                assertThat(batch.series(i).labels().get("job")).isEqualTo("host");
                assertThat(batch.series(i).labels().get("instance")).isEqualTo("box");
                assertThat(batch.timeMillis(i)).isEqualTo(NOW.toEpochMilli());
            }
        }
    }

    @Test
    void read_leavesOutWhatTheMachineRefusesAndGoesOnWithTheRest() {
        var attempts = new ArrayList<String>();
        var readings = List.of(
                new Reading("the broken", sink -> {
                    attempts.add("broken");
                    throw new UnsatisfiedLinkError("no such library");
                }),
                new Reading("the good", sink -> {
                    sink.add("host_good", 1);
                    sink.add("host_unknown", Double.NaN);
                }));
        try (var metrics = new HostMetrics(log, settings, InstantSource.system(), readings)) {
            metrics.read(NOW);
            var second = metrics.read(NOW.plusSeconds(5));

            assertThat(attempts).hasSize(1);
            assertThat(byMetric(second)).isEqualTo(Map.of("host_good", List.of(1.0)));
        }
    }

    @Test
    void start_appendsReadingsUntilClosed() throws InterruptedException {
        var readings = List.of(new Reading("the good", sink -> sink.add("host_good", 1)));
        try (var metrics = new HostMetrics(log, settings, InstantSource.fixed(NOW), readings);
                var reader = log.read(LogPosition.START)) {
            metrics.start();
            assertThat(reader.poll(Duration.ofSeconds(10))).isNotNull();
        }
        assertThat(Stored.in(log))
                .contains(Stored.of(Series.of("host_good", "job", "host", "instance", "box"), NOW.toEpochMilli(), 1));
    }
}
