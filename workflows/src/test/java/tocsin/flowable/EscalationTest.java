package tocsin.flowable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionTemplate;
import tocsin.alert.Alert;
import tocsin.alert.Status;
import tocsin.rule.Severity;
import tocsin.workflow.Workflows.Run;

/** Who is told of an alert, and at which minute. */
class EscalationTest {
    private static World world;

    @BeforeAll
    static void open() {
        world = World.still(TestDatabase.fresh(), World.MIDNIGHT);
    }

    @AfterAll
    static void close() {
        world.close();
    }

    @BeforeEach
    void twoLevels() {
        world.channels.all().forEach(channel -> world.channels.delete(channel.name(), "test"));
        world.channel("chat", 1, Severity.LOW);
        world.channel("phone", 2, Severity.HIGH);
        world.channel("pager", 2, Severity.LOW);
        world.channel("never", 0, Severity.LOW);
        world.startCounting();
    }

    @Test
    void withoutAnswer_everyLevelIsToldAndTheLastOneAgain() {
        var alert = world.fire(Severity.HIGH);
        world.pass(Duration.ofMinutes(60));
        assertThat(world.told(alert))
                .containsExactly(
                        "0:00 FIRING chat",
                        "5:00 ESCALATED pager",
                        "5:00 ESCALATED phone",
                        "10:00 ESCALATED pager",
                        "10:00 ESCALATED phone",
                        "15:00 ESCALATED pager",
                        "15:00 ESCALATED phone");
        var run = escalation(alert);
        assertThat(run.steps()).extracting(step -> step.name()).contains("Unanswered");
        assertThat(run.tokens()).containsExactlyInAnyOrder("acknowledged-late", "resolved-late");
        assertThat(world.count("tocsin.workflow.unanswered")).isEqualTo(1);

        world.resolve(alert, "rule");
        assertThat(world.told(alert))
                .endsWith("60:00 RESOLVED chat", "60:00 RESOLVED pager", "60:00 RESOLVED phone")
                .hasSize(10);
        assertThat(escalation(alert).endedAt()).isEqualTo(world.now());
    }

    @Test
    void acknowledgedInLevelOne_nobodyElseIsToldAndThoseWhoWereHearOfIt() {
        var alert = world.fire(Severity.CRITICAL);
        world.pass(Duration.ofMinutes(1));
        var taken = world.acknowledge(alert, "ada");
        world.pass(Duration.ofMinutes(30));
        world.resolve(taken, "rule");
        assertThat(world.told(alert))
                .containsExactly("0:00 FIRING chat", "1:00 ACKNOWLEDGED chat", "31:00 RESOLVED chat");
        var message = world.outbox.messages.get(alert.id() + "/escalation/ACKNOWLEDGED/chat");
        assertThat(message.title()).isEqualTo("[ACKNOWLEDGED] host.cpu-saturated: " + alert.summary());
        assertThat(message.body()).startsWith("ada has it.");
    }

    @Test
    void acknowledgedAfterTheEnd_thoseWhoWereToldHearOfIt() {
        var alert = world.fire(Severity.HIGH);
        world.pass(Duration.ofMinutes(30));
        var taken = world.acknowledge(alert, "ada");
        world.resolve(taken, "ada");
        assertThat(world.told(alert).subList(7, 13))
                .containsExactly(
                        "30:00 ACKNOWLEDGED chat",
                        "30:00 ACKNOWLEDGED pager",
                        "30:00 ACKNOWLEDGED phone",
                        "30:00 RESOLVED chat",
                        "30:00 RESOLVED pager",
                        "30:00 RESOLVED phone");
    }

    @Test
    void acknowledgedWhileTheTimerIsOnItsWay_nobodyElseIsTold() {
        var alert = world.fire(Severity.HIGH);
        world.step(world.with(alert, Status.ACKNOWLEDGED, "ada"), Status.FIRING, "ada"); // stored, not handed over yet
        world.pass(Duration.ofMinutes(5));
        assertThat(world.told(alert)).containsExactly("0:00 FIRING chat");

        world.workflows.accept(world.alerts.lastOf(alert));
        assertThat(world.told(alert)).containsExactly("0:00 FIRING chat", "5:00 ACKNOWLEDGED chat");
    }

    @Test
    void resolvedBeforeAcknowledged_ends_andALateAcknowledgementIsNoError() {
        var alert = world.fire(Severity.HIGH);
        world.pass(Duration.ofMinutes(5));
        world.resolve(alert, "rule");
        world.acknowledge(alert, "ada");
        world.pass(Duration.ofMinutes(30));
        assertThat(world.told(alert))
                .containsExactly(
                        "0:00 FIRING chat",
                        "5:00 ESCALATED pager",
                        "5:00 ESCALATED phone",
                        "5:00 RESOLVED chat",
                        "5:00 RESOLVED pager",
                        "5:00 RESOLVED phone");
    }

    @Test
    void lowSeverity_isToldOnceAndHearsTheEnd() {
        var alert = world.fire(Severity.LOW);
        world.pass(Duration.ofHours(2));
        assertThat(world.workflows.runs(alert.id())).hasSize(1);
        assertThat(escalation(alert).nextTimer()).isNull();
        world.resolve(alert, "bob");
        assertThat(world.told(alert)).containsExactly("0:00 FIRING chat", "120:00 RESOLVED chat");
        assertThat(world.outbox
                        .messages
                        .get(alert.id() + "/escalation/RESOLVED/chat")
                        .body())
                .startsWith("bob has closed it.");
    }

    @Test
    void emptyLevelsAreSkipped() {
        world.disable("chat");
        var alert = world.fire(Severity.CRITICAL);
        assertThat(world.told(alert)).containsExactly("0:00 FIRING pager", "0:00 FIRING phone");
    }

    @Test
    void withoutChannels_nobodyIsToldButItIsCounted() {
        world.channels.all().forEach(channel -> world.channels.delete(channel.name(), "test"));
        double before = world.count("tocsin.workflow.unrouted");
        var alert = world.fire(Severity.CRITICAL);
        world.pass(Duration.ofMinutes(30));
        assertThat(world.count("tocsin.workflow.unrouted")).isEqualTo(before + 1);
        assertThat(escalation(alert).steps()).extracting(step -> step.name()).contains("Nobody to tell");
        world.resolve(alert, "rule");
        assertThat(world.told(alert)).isEmpty();
        assertThat(escalation(alert).endedAt()).isNotNull();
    }

    @Test
    void resolvedBeforeAnybodyWasTold_saysNothing() {
        var alert = world.firing("host.cpu-saturated", Severity.HIGH, null);
        world.step(alert, Status.PENDING, "rule");
        var fired = world.alerts.lastOf(alert);
        world.step(world.with(alert, Status.RESOLVED, null), Status.FIRING, "rule");
        world.workflows.accept(fired);
        world.workflows.accept(world.alerts.lastOf(alert));
        assertThat(world.told(alert)).isEmpty();
        assertThat(escalation(alert).endedAt()).isNotNull();
    }

    @Test
    void theSameStepAgain_changesNothing() {
        var alert = world.fire(Severity.HIGH);
        world.workflows.accept(world.alerts.lastOf(alert));
        var taken = world.acknowledge(alert, "ada");
        world.workflows.accept(world.alerts.lastOf(taken));
        world.resolve(taken, "rule");
        world.workflows.accept(world.alerts.lastOf(alert));
        world.workflows.accept(world.alerts.transitions(alert.id()).getFirst());
        assertThat(world.told(alert))
                .containsExactly("0:00 FIRING chat", "0:00 ACKNOWLEDGED chat", "0:00 RESOLVED chat");
        assertThat(world.workflows.runs(alert.id())).hasSize(2); // the escalation and the incident
    }

    @Test
    void pendingAlerts_concernNobody() {
        var alert = world.with(world.firing("host.cpu-saturated", Severity.HIGH, null), Status.PENDING, null);
        world.step(alert, Status.PENDING, "rule");
        world.workflows.accept(world.alerts.lastOf(alert));
        assertThat(world.workflows.runs(alert.id())).isEmpty();
    }

    @Test
    void rolledBackHandOver_leavesNoRun() {
        var alert = world.step(world.firing("host.cpu-saturated", Severity.HIGH, null), Status.PENDING, "rule");
        var transaction = new TransactionTemplate(world.transactions);
        assertThatThrownBy(() -> transaction.executeWithoutResult(status -> {
                    world.workflows.accept(world.alerts.lastOf(alert));
                    throw new IllegalStateException("the hand-over fails after the processes were told");
                }))
                .hasMessageContaining("hand-over fails");
        assertThat(world.workflows.runs(alert.id())).isEmpty();

        transaction.executeWithoutResult(status -> world.workflows.accept(world.alerts.lastOf(alert)));
        assertThat(world.workflows.runs(alert.id())).hasSize(2);
    }

    @Test
    void restartInTheMiddle_goesOnWhereItStood() {
        var alert = world.fire(Severity.HIGH);
        world.pass(Duration.ofMinutes(4));
        world.restart();
        assertThat(world.workflows.processes())
                .allSatisfy(process -> assertThat(process.version()).isEqualTo(1));
        world.pass(Duration.ofMinutes(1));
        var taken = world.acknowledge(alert, "ada");
        assertThat(world.told(alert))
                .containsExactly(
                        "0:00 FIRING chat",
                        "5:00 ESCALATED pager",
                        "5:00 ESCALATED phone",
                        "5:00 ACKNOWLEDGED chat",
                        "5:00 ACKNOWLEDGED pager",
                        "5:00 ACKNOWLEDGED phone");
        world.resolve(taken, "rule");
    }

    @Test
    void aMessage_saysWhatAndWhyAndWhere() {
        var alert = world.fire(Severity.HIGH);
        world.pass(Duration.ofMinutes(5));
        var first = world.outbox.messages.get(alert.id() + "/escalation/1.0/FIRING/chat");
        assertThat(first.title()).isEqualTo("[HIGH] host.cpu-saturated: " + alert.summary());
        assertThat(first.body())
                .isEqualTo("avg(\"5m\") is 0.93, and the rule says > 0.9\nRunbook: docs/runbooks/cpu.md");
        assertThat(first.reason()).isEqualTo("escalation, level 1: first to be told");
        assertThat(first.link()).isEqualTo("https://tocsin.example/alerts/" + alert.id());
        assertThat(first.facts())
                .containsEntry("severity", "high")
                .containsEntry("rule", "host.cpu-saturated")
                .containsEntry("value", "0.93")
                .containsEntry("env", "prod")
                .containsEntry("alert", alert.id().value());
        var second = world.outbox.messages.get(alert.id() + "/escalation/2.0/ESCALATED/phone");
        assertThat(second.reason()).isEqualTo("escalation, level 2: nobody acknowledged within 5m");
    }

    @Test
    void aRun_showsWhereItStandsAndWhatComesNext() {
        var alert = world.fire(Severity.HIGH);
        var run = escalation(alert);
        assertThat(run.tokens()).containsExactly("patience");
        assertThat(run.nextTimer()).isEqualTo(world.now().plus(Duration.ofMinutes(5)));
        assertThat(run.steps())
                .extracting(step -> step.element())
                .startsWith("fired", "telling", "telling-start", "tell", "told", "patience");
        assertThat(world.workflows.running(1)).hasSize(1);
        assertThat(world.workflows.running(50))
                .extracting(running -> running.id())
                .contains(run.id());
        assertThat(world.workflows.diagram("escalation", run.version()))
                .contains("bpmnElement=\"patience\"")
                .contains("<di:waypoint");
        assertThat(world.workflows.processes())
                .extracting(process -> process.name())
                .containsExactly("Escalation", "Incident", "Self-healing");
    }

    @Test
    void highAlerts_openAnIncidentThatClosesWithThem() {
        var alert = world.fire(Severity.HIGH);
        var incident = world.incidents.of(alert.id()).orElseThrow();
        assertThat(incident.title()).isEqualTo(alert.summary());
        assertThat(incident.closedAt()).isNull();
        world.pass(Duration.ofMinutes(3));
        world.resolve(alert, "rule");
        assertThat(world.incidents.of(alert.id()).orElseThrow().closedAt()).isEqualTo(world.now());

        assertThat(world.incidents.of(world.fire(Severity.MEDIUM).id())).isEmpty();
    }

    private static Run escalation(Alert alert) {
        return world.workflows.runs(alert.id()).stream()
                .filter(run -> run.processKey().equals("escalation"))
                .findFirst()
                .orElseThrow();
    }
}
