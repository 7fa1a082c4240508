package tocsin.engine.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tocsin.alert.Alert;
import tocsin.alert.AlertId;
import tocsin.alert.InMemoryAlertStore;
import tocsin.alert.Status;
import tocsin.alert.Transition;
import tocsin.engine.series.SeriesSettings;
import tocsin.rule.InMemoryRuleStore;
import tocsin.rule.InvalidRuleException;
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
    private DetectionPipeline pipeline = newPipeline(DetectionSettings.DEFAULT);

    private DetectionPipeline newPipeline(DetectionSettings settings) {
        return new DetectionPipeline(log, new ThresholdRules(), rules, alerts, history, clock, meters, settings);
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
        log.append(SampleBatch.builder(1).add(series, clock.millis(), value).build())
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

    private void restartAfter(Duration pause) {
        pipeline.close();
        clock.forward(pause);
        begin(DetectionSettings.DEFAULT);
    }

    private void begin(DetectionSettings settings) {
        meters.clear();
        pipeline = newPipeline(settings);
        pipeline.start();
        pipeline.live().join();
    }

    private void forward(long seconds) {
        clock.forward(Duration.ofSeconds(seconds));
    }

    private double gauge(String name) {
        return meters.get(name).gauge().value();
    }

    private void awaitEvaluated() {
        Await.until("all is evaluated", () -> pipeline.lagRecords() == 0);
    }

    /** Nothing more may come: everything was evaluated, and stored. */
    private void assertSteps(String... expected) {
        awaitEvaluated();
        Await.until("all is stored", () -> alerts.evaluatedUpTo().equals(log.end()));
        assertThat(steps()).containsExactly(expected);
    }

    private Alert onlyAlert() {
        return alerts.open().getFirst();
    }

    @Test
    void aBreachFiresAndResolves() {
        publish("cpu.high metric=cpu limit=0.9");
        send(CPU_OF_A, 0.95);
        awaitSteps("0 null FIRING a:0.95");
        forward(10);
        send(CPU_OF_A, 0.5);
        awaitSteps("0 null FIRING a:0.95", "10 FIRING RESOLVED a:0.95");
        var activity = pipeline.activity(CPU).orElseThrow();
        assertThat(activity.matchedSeries()).isEqualTo(1);
        assertThat(activity.evaluations()).isEqualTo(2);
        assertThat(activity.lastEvaluatedAt()).isEqualTo(START.plusSeconds(10));
        assertThat(activity.holding()).isZero();
        assertThat(activity.live()).isNotNull();
        assertThat(activity.parked()).isNull();
        assertThat(pipeline.catalog().find(CPU_OF_A.fingerprint()).orElseThrow().value())
                .isEqualTo(0.5);
    }

    @Test
    void aHoldIsOverThoughNoSampleComes() {
        publish("cpu.high metric=cpu limit=0.9 for=5m");
        send(CPU_OF_A, 0.95);
        awaitSteps("0 null PENDING a:0.95");
        assertThat(meters.get("tocsin.alerts").tag("status", "pending").gauge().value())
                .isEqualTo(1);
        forward(299);
        assertSteps("0 null PENDING a:0.95");
        forward(2);
        awaitSteps("0 null PENDING a:0.95", "300 PENDING FIRING a:0.95");
    }

    @Test
    void aRestartLosesNoPendingTime() {
        publish("cpu.high metric=cpu limit=0.9 for=5m");
        send(CPU_OF_A, 0.95);
        awaitSteps("0 null PENDING a:0.95");
        restartAfter(Duration.ofMinutes(3));
        forward(119);
        assertSteps("0 null PENDING a:0.95");
        forward(2);
        awaitSteps("0 null PENDING a:0.95", "300 PENDING FIRING a:0.95");
    }

    @Test
    void aRestartWhileFiringPagesNobody() {
        publish("cpu.high metric=cpu expr=avg:5m limit=0.9");
        send(CPU_OF_A, 0.95);
        awaitSteps("0 null FIRING a:0.95");
        restartAfter(Duration.ofMinutes(20));
        forward(600);
        send(CPU_OF_A, 0.96);
        assertSteps("0 null FIRING a:0.95");
        send(CPU_OF_A, 0.1);
        awaitSteps("0 null FIRING a:0.95", "1800 FIRING RESOLVED a:0.96");
    }

    @Test
    void whatWasSilentOnlyBecauseTocsinWasDownPagesNobody() {
        publish("cpu.silent metric=cpu expr=absent:5m limit=0");
        send(CPU_OF_A, 0.5);
        awaitEvaluated();
        restartAfter(Duration.ofMinutes(20));
        forward(200);
        send(CPU_OF_A, 0.5);
        assertSteps();
        forward(330);
        Await.until("it fires", () -> !steps().isEmpty());
        assertThat(steps()).singleElement().asString().endsWith("null FIRING a:1");
    }

    @Test
    void whatWasClosedByHandStaysClosedAcrossARestart() {
        publish("cpu.high metric=cpu limit=0.9");
        send(CPU_OF_A, 0.95);
        awaitSteps("0 null FIRING a:0.95");
        pipeline.resolve(onlyAlert().id(), "ann", "known").join();
        restartAfter(Duration.ofSeconds(10));
        send(CPU_OF_A, 0.97);
        assertSteps("0 null FIRING a:0.95", "0 FIRING RESOLVED a:0.95");
        send(CPU_OF_A, 0.1);
        send(CPU_OF_A, 0.97);
        awaitSteps("0 null FIRING a:0.95", "0 FIRING RESOLVED a:0.95", "10 null FIRING a:0.97");
    }

    @Test
    void whileTheDatabaseIsAwayDetectionGoesOnAndNothingIsLost() {
        publish("cpu.high metric=cpu limit=0.9");
        alerts.goAway(new IllegalStateException("connection refused"));
        for (int minute = 0; minute < 4; minute++) {
            send(CPU_OF_A, minute % 2 == 0 ? 0.95 : 0.5);
            forward(60);
        }
        awaitEvaluated();
        Await.until("it was tried", () -> alerts.refusals() > 0);
        assertThat(alerts.stored()).isEmpty();
        assertThat(pipeline.storageAway()).isTrue();
        assertThat(gauge("tocsin.detection.unstored")).isEqualTo(4);
        alerts.comeBack();
        awaitSteps(
                "0 null FIRING a:0.95",
                "60 FIRING RESOLVED a:0.95",
                "120 null FIRING a:0.95",
                "180 FIRING RESOLVED a:0.95");
        Await.until("it is known to be back", () -> !pipeline.storageAway());
        assertThat(gauge("tocsin.detection.unstored")).isZero();
    }

    @Test
    void whenTooMuchIsUnstoredDetectionPausesAndTheLogHoldsTheRest() {
        pipeline.close();
        begin(settings(4));
        publish("cpu.high metric=cpu limit=0.9");
        alerts.goAway(new IllegalStateException("connection refused"));
        for (int i = 0; i < 40; i++) {
            send(CPU_OF_A, i % 2 == 0 ? 0.95 : 0.5);
            forward(1);
        }
        Await.until("it pauses", () -> gauge("tocsin.detection.paused") == 1);
        assertThat(pipeline.lagRecords()).isGreaterThanOrEqualTo(36);
        assertThat(pipeline.lag()).isGreaterThan(Duration.ofSeconds(30));
        alerts.comeBack();
        Await.until("all is stored", () -> steps().size() == 40);
        assertThat(steps().getLast()).isEqualTo("39 FIRING RESOLVED a:0.95");
        assertThat(alerts.stored().stream().map(Transition::at)).isSorted();
    }

    private static DetectionSettings settings(int maxUnstored) {
        return new DetectionSettings(
                Duration.ofSeconds(1),
                Duration.ofMillis(250),
                Duration.ofMinutes(1),
                maxUnstored,
                maxUnstored,
                Duration.ofSeconds(1),
                Duration.ofMillis(1),
                Duration.ofMillis(10),
                Duration.ofSeconds(5),
                1000,
                SeriesSettings.DEFAULT);
    }

    @Test
    void publishingAHundredTimesUnderLoadMakesNothingFlap() {
        publish("cpu.high metric=cpu limit=0.9");
        send(CPU_OF_A, 0.95);
        awaitSteps("0 null FIRING a:0.95");
        var publisher = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 100; i++) {
                publish("cpu.high metric=cpu limit=0.8" + i);
            }
        });
        int sent = 0;
        while (!publisher.isDone() || sent < 1000) {
            send(CPU_OF_A, 0.95);
            sent++;
            Await.until("the load is not too much", () -> pipeline.lagRecords() < 1000);
        }
        publisher.join();
        assertSteps("0 null FIRING a:0.95");
        assertThat(rules.live()).singleElement().extracting(StoredRule::version).isEqualTo(101);
        send(CPU_OF_A, 0.1);
        Await.until("it resolves", () -> steps().size() == 2);
        assertThat(alerts.stored().getLast().alert().ruleVersion()).isEqualTo(101);
    }

    @Test
    void aRuleIsInEffectWhenPublishReturns() {
        send(CPU_OF_A, 0.95);
        awaitEvaluated();
        publish("cpu.high metric=cpu limit=0.9");
        awaitSteps("0 null FIRING a:0.95");
    }

    @Test
    void aNewWindowIsFilledFromHistory() {
        send(CPU_OF_A, 0.5);
        awaitEvaluated();
        for (int i = 1; i < 100; i++) {
            history.put(CPU_OF_A, START.minusSeconds(i), 0.99);
        }
        publish("cpu.high metric=cpu expr=avg:5m limit=0.9");
        awaitSteps("0 null FIRING a:0.9851");
    }

    @Test
    void withdrawingARuleResolvesItsAlerts() {
        publish("cpu.high metric=cpu limit=0.9 keep=1h");
        send(CPU_OF_A, 0.95);
        awaitSteps("0 null FIRING a:0.95");
        assertThat(pipeline.withdraw(CPU, "ann")).isTrue();
        awaitSteps("0 null FIRING a:0.95", "0 FIRING RESOLVED a:0.95");
        assertThat(alerts.stored().getLast().reason()).isEqualTo("the rule was withdrawn");
        assertThat(pipeline.withdraw(CPU, "ann")).isFalse();
        assertThat(pipeline.activity(CPU).orElseThrow().live()).isNull();
    }

    @Test
    void aParkedRuleIsReportedAndTheOthersGoOn() {
        publish("cpu.slow metric=cpu limit=0.9");
        publish("cpu.high metric=cpu limit=0.9");
        send(CPU_OF_A, 0.95);
        awaitSteps("0 null FIRING a:0.95");
        var slow = pipeline.activity(new RuleId("cpu.slow")).orElseThrow();
        assertThat(slow.parked()).isEqualTo("it took too long");
        assertThat(pipeline.activity(CPU).orElseThrow().parked()).isNull();
    }

    @Test
    void aRuleThatDoesNotCompileAnyMoreIsReportedAndTheOthersGoOn() {
        publish("cpu.high metric=cpu limit=0.9");
        pipeline.close();
        var old = new RuleId("cpu.old");
        rules.save(old, StoredRule.Form.DRL, "cpu.old nonsense", "test", "");
        rules.publish(old, 1, "test");
        begin(DetectionSettings.DEFAULT);
        send(CPU_OF_A, 0.95);
        awaitSteps("0 null FIRING a:0.95");
        assertThat(pipeline.activity(old).orElseThrow().parked())
                .isEqualTo("it does not compile any more: line 1, column 1: \"nonsense\" is not name=value");
        assertThat(pipeline.activities()).hasSize(2);
    }

    @Test
    void aTextIsRefusedWithTheReason() {
        assertThatThrownBy(() -> publish("cpu.high metric"))
                .isInstanceOf(InvalidRuleException.class)
                .hasMessageContaining("\"metric\" is not name=value");
        assertThatThrownBy(() -> pipeline.save(CPU, StoredRule.Form.DRL, "other metric=cpu limit=1", "ann", ""))
                .hasMessageContaining("the rule is called \"other\" in the text, but \"cpu.high\" here");
        assertThatThrownBy(() -> pipeline.save(
                        CPU, StoredRule.Form.DRL, "a metric=cpu limit=1\nb metric=cpu limit=1", "ann", ""))
                .hasMessageContaining("the text holds 2 rules");
        assertThatThrownBy(() -> pipeline.publish(CPU, 7, "ann"))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessage("rule cpu.high has no version 7");
        assertThat(pipeline.check("a metric=cpu limit=1").ok()).isTrue();
    }

    @Test
    void anAlertIsTakenOnceThoughManyTry() {
        publish("cpu.high metric=cpu limit=0.9");
        send(CPU_OF_A, 0.95);
        awaitSteps("0 null FIRING a:0.95");
        var id = onlyAlert().id();
        var answers = new ArrayList<CompletableFuture<Alert>>();
        for (int i = 0; i < 50; i++) {
            answers.add(pipeline.acknowledge(id, "person" + i, ""));
            if (i == 25) {
                answers.add(pipeline.resolve(id, "closer", ""));
            }
            send(CPU_OF_A, 0.95);
        }
        answers.forEach(CompletableFuture::join);
        assertThat(alerts.transitions(id).stream().map(Transition::to))
                .containsExactly(Status.FIRING, Status.ACKNOWLEDGED, Status.RESOLVED);
        assertThat(alerts.find(id).orElseThrow().acknowledgedBy()).isEqualTo("person0");
        assertThat(answers.getFirst().join().status()).isEqualTo(Status.ACKNOWLEDGED);
        assertThat(answers.getLast().join().status()).isEqualTo(Status.RESOLVED);
    }

    @Test
    void thereIsNoAlertOfThatName() {
        assertThat(pipeline.acknowledge(new AlertId("0000000000000000-1"), "ann", ""))
                .failsWithin(Duration.ofSeconds(20))
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(NoSuchElementException.class)
                .withMessage("there is no alert 0000000000000000-1");
    }

    @Test
    void listenersHearOfWhatIsStoredAlsoWhenOneFails() {
        var heard = new ConcurrentLinkedQueue<Transition>();
        pipeline.onStored(_ -> {
            throw new IllegalStateException("broken listener");
        });
        pipeline.onStored(heard::add);
        publish("cpu.high metric=cpu limit=0.9");
        send(CPU_OF_A, 0.95);
        Await.until("heard", () -> heard.size() == 1);
        assertThat(alerts.find(heard.element().alert().id())).isPresent();
    }

    @Test
    void theLogKeepsWhatARestartNeeds() {
        publish("cpu.high metric=cpu expr=avg:1h limit=0.9");
        for (int minute = 0; minute < 300; minute++) {
            send(CPU_OF_A, 0.5);
            forward(60);
        }
        assertSteps();
        Await.until(
                "the log was told",
                () -> log.committed(DetectionPipeline.CONSUMER)
                        .filter(position -> position.value() > 0)
                        .isPresent());
        Await.until(
                "the log was told of the latest",
                () -> log.committed(DetectionPipeline.CONSUMER).orElseThrow().value() > 150 || tick());
        long kept = log.committed(DetectionPipeline.CONSUMER).orElseThrow().value();
        assertThat(kept).isBetween(150L, 237L);
    }

    private boolean tick() {
        forward(10);
        send(CPU_OF_A, 0.5);
        return false;
    }

    @Test
    void whenStoppedNothingIsDecidedOrTaken() {
        pipeline.close();
        assertThat(pipeline.acknowledge(new AlertId("0000000000000000-1"), "ann", ""))
                .failsWithin(Duration.ofSeconds(20));
        pipeline = newPipeline(DetectionSettings.DEFAULT);
        assertThat(pipeline.live()).isCompletedExceptionally();
        var draft = pipeline.save(CPU, StoredRule.Form.DRL, "cpu.high metric=cpu limit=1", "ann", "");
        assertThat(pipeline.publish(CPU, draft.version(), "ann").state()).isEqualTo(StoredRule.State.LIVE);
    }
}
