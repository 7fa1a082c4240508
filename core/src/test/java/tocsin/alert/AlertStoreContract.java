package tocsin.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tocsin.label.Labels;
import tocsin.rule.Evidence;
import tocsin.rule.RuleId;
import tocsin.rule.Severity;
import tocsin.signal.LogPosition;
import tocsin.signal.Series;

/** What every {@link AlertStore} promises. */
public abstract class AlertStoreContract {
    private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");
    private static final RuleId RULE = new RuleId("host.cpu");

    /** A store that is empty when a test begins. */
    protected abstract AlertStore store();

    /** Let the store's clock go on. */
    protected abstract void advance(Duration by);

    /** An alert of one host, as it is after its {@code revision}th step. */
    protected static Alert alert(int host, int revision, Severity severity, Status status) {
        var labels = Labels.of("instance", "host-" + host, "odd", "quote \" and \\ and ü");
        var fingerprint = Alert.fingerprint(RULE, labels);
        boolean fired = status != Status.PENDING;
        var terms = List.of(new Evidence.Term("avg(\"5m\")", ">", 0.9, Double.NaN));
        var series = Series.of("cpu", "instance", "host-" + host);
        return new Alert(
                AlertId.of(fingerprint, START),
                fingerprint,
                RULE,
                3,
                labels,
                severity,
                status,
                revision,
                START,
                fired ? START.plusSeconds(60) : null,
                START.plusSeconds(60L * revision),
                status == Status.ACKNOWLEDGED ? "ada" : null,
                "CPU of host-" + host,
                "docs/runbooks/cpu.md",
                null,
                new Evidence(series, START, 0.95, terms));
    }

    protected static Transition step(int host, int revision, @Nullable Status from, Status to) {
        Alert alert = alert(host, revision, Severity.HIGH, to);
        return new Transition(alert, from, alert.changedAt(), Transition.BY_RULE, "it is so");
    }

    private static List<Transition> life(int host) {
        return List.of(
                step(host, 1, null, Status.PENDING),
                step(host, 2, Status.PENDING, Status.FIRING),
                step(host, 3, Status.FIRING, Status.ACKNOWLEDGED),
                step(host, 4, Status.ACKNOWLEDGED, Status.RESOLVED));
    }

    @Test
    void whatIsStoredIsFoundAsItWas() {
        store().store(life(1), new LogPosition(42));
        assertThat(store().find(life(1).getFirst().alert().id()))
                .contains(life(1).getLast().alert());
        assertThat(store().transitions(life(1).getFirst().alert().id())).isEqualTo(life(1));
        assertThat(store().evaluatedUpTo()).isEqualTo(new LogPosition(42));
    }

    @Test
    void aNewStoreHasEvaluatedNothing() {
        assertThat(store().evaluatedUpTo()).isEqualTo(LogPosition.START);
        assertThat(store().open()).isEmpty();
    }

    @Test
    void storingAgainChangesNothing() {
        store().store(life(1), new LogPosition(42));
        store().store(life(1).subList(0, 2), new LogPosition(42));
        assertThat(store().transitions(life(1).getFirst().alert().id())).hasSize(4);
        assertThat(store().find(life(1).getFirst().alert().id()))
                .contains(life(1).getLast().alert());
        assertThat(handOverAll()).hasSize(3);
        store().store(life(1), new LogPosition(43));
        assertThat(handOverAll()).isEmpty();
    }

    @Test
    void openAlertsAreThosePendingFiringOrAcknowledged() {
        store().store(life(1), LogPosition.START);
        store().store(life(2).subList(0, 1), LogPosition.START);
        store().store(life(3).subList(0, 3), LogPosition.START);
        assertThat(store().open())
                .containsExactlyInAnyOrder(
                        life(2).getFirst().alert(), life(3).get(2).alert());
    }

    @Test
    void alertsAreFoundMostSevereFirstThenNewest() {
        Alert low = alert(1, 5, Severity.LOW, Status.FIRING);
        Alert older = alert(2, 2, Severity.CRITICAL, Status.FIRING);
        Alert newer = alert(3, 4, Severity.CRITICAL, Status.RESOLVED);
        for (Alert alert : List.of(low, older, newer)) {
            store().store(List.of(new Transition(alert, null, START, "rule", "")), LogPosition.START);
        }
        var every = Set.of(Status.values());
        assertThat(store().find(new AlertQuery(every, Severity.LOW, null, 10))).containsExactly(newer, older, low);
        assertThat(store().find(new AlertQuery(every, Severity.LOW, RULE, 2))).containsExactly(newer, older);
        assertThat(store().find(new AlertQuery(every, Severity.HIGH, RULE, 10))).containsExactly(newer, older);
        assertThat(store().find(new AlertQuery(Set.of(Status.FIRING), Severity.LOW, null, 10)))
                .containsExactly(older, low);
        assertThat(store().find(new AlertQuery(every, Severity.LOW, new RuleId("another"), 10)))
                .isEmpty();
    }

    @Test
    void stepsThatConcernPeopleAreHandedOverInOrder() {
        store().store(life(1), LogPosition.START);
        assertThat(handOverAll()).containsExactlyElementsOf(life(1).subList(1, 4));
        assertThat(handOverAll()).isEmpty();
    }

    @Test
    void aStepThatNobodyTookKeepsTheLaterOnesOfItsAlertWaiting() {
        store().store(life(1), LogPosition.START);
        store().store(life(2), LogPosition.START);
        var taken = new ArrayList<Transition>();
        int handedOver = store().handOver(10, step -> {
            if (step.alert().id().equals(life(1).getFirst().alert().id())) {
                throw new IllegalStateException("not now");
            }
            taken.add(step);
        });
        assertThat(handedOver).isEqualTo(3);
        assertThat(taken).containsExactlyElementsOf(life(2).subList(1, 4));
        assertThat(handOverAll()).as("it pauses after a failure").isEmpty();
        advance(Duration.ofMinutes(2));
        assertThat(handOverAll()).containsExactlyElementsOf(life(1).subList(1, 4));
    }

    @Test
    void twoHandersNeverGetTheSameStepNorTwoOfOneAlertAtOnce() throws Exception {
        int alerts = 20;
        IntStream.range(0, alerts).forEach(host -> store().store(life(host), LogPosition.START));
        var taken = Collections.synchronizedList(new ArrayList<Transition>());
        var begin = new CountDownLatch(1);
        try (var executor = Executors.newFixedThreadPool(3)) {
            var workers = IntStream.range(0, 3)
                    .mapToObj(i -> executor.submit(() -> {
                        begin.await();
                        while (taken.size() < alerts * 3) {
                            store().handOver(5, taken::add);
                        }
                        return true;
                    }))
                    .toList();
            begin.countDown();
            for (var worker : workers) {
                assertThat(worker.get(30, TimeUnit.SECONDS)).isTrue();
            }
        }
        assertThat(taken).doesNotHaveDuplicates().hasSize(alerts * 3);
        for (int host = 0; host < alerts; host++) {
            AlertId id = life(host).getFirst().alert().id();
            assertThat(taken.stream().filter(step -> step.alert().id().equals(id)))
                    .containsExactlyElementsOf(life(host).subList(1, 4));
        }
    }

    @Test
    void aLimitIsAPositiveNumberOfAlerts() {
        assertThatThrownBy(() -> new AlertQuery(Set.of(), Severity.LOW, null, 0))
                .hasMessage("limit is between 1 and 1000, not 0");
    }

    private List<Transition> handOverAll() {
        var taken = new ArrayList<Transition>();
        store().handOver(100, taken::add);
        return taken;
    }
}
