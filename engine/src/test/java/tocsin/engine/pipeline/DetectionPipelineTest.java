package tocsin.engine.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tocsin.alert.InMemoryAlertStore;
import tocsin.alert.Transition;
import tocsin.rule.InMemoryRuleStore;
import tocsin.rule.RuleId;
import tocsin.rule.StoredRule;
import tocsin.signal.InMemorySignalLog;
import tocsin.signal.SampleBatch;
import tocsin.signal.Series;

class DetectionPipelineTest {
    private static final Instant START = Instant.parse("2026-01-05T10:00:00Z");
    private static final RuleId CPU = new RuleId("cpu.high");
    private static final Series CPU_OF_A = Series.of("cpu", "instance", "a");

    private final MovedClock clock = new MovedClock(START);
    private final InMemorySignalLog log = new InMemorySignalLog(clock);
    private final InMemoryAlertStore alerts = new InMemoryAlertStore();
    private final InMemoryRuleStore rules = new InMemoryRuleStore(clock);
    private final InMemoryHistory history = new InMemoryHistory();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private DetectionPipeline pipeline = newPipeline();

    private DetectionPipeline newPipeline() {
        return new DetectionPipeline(
                log, new ThresholdRules(), rules, alerts, history, clock, meters, DetectionSettings.DEFAULT);
    }

    @BeforeEach
    void start() {
        pipeline.start();
        pipeline.live().join();
    }

    @AfterEach
    void stop() {
        pipeline.close();
    }

    private void publish(String text) {
        var id = new RuleId(text.substring(0, text.indexOf(' ')));
        var draft = pipeline.save(id, StoredRule.Form.DRL, text, "test", "");
        pipeline.publish(id, draft.version(), "test");
    }

    private void send(Series series, double value) {
        log.append(SampleBatch.builder(1)
                        .add(series, clock.millis(), value)
                        .build())
                .join();
    }

    private List<String> steps() {
        return alerts.stored().stream().map(DetectionPipelineTest::words).toList();
    }

    private static String words(Transition step) {
        return "%s %s %s %s"
                .formatted(
                        Duration.between(START, step.at()).toSeconds(),
                        step.from(),
                        step.to(),
                        step.alert().summary());
    }

    private void awaitSteps(String... expected) {
        Await.until("stored: " + List.of(expected) + ", but it is " + steps(), () -> steps().size() >= expected.length);
        assertThat(steps()).containsExactly(expected);
    }

    @Test
    void aBreachFiresAndResolves() {
        publish("cpu.high metric=cpu limit=0.9");
        send(CPU_OF_A, 0.95);
        awaitSteps("0 null FIRING a:0.95");
        clock.forward(Duration.ofSeconds(10));
        send(CPU_OF_A, 0.5);
        awaitSteps("0 null FIRING a:0.95", "10 FIRING RESOLVED a:0.95");
        assertThat(pipeline.activity(CPU).orElseThrow().matchedSeries()).isEqualTo(1);
    }
}
