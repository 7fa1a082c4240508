package tocsin.flowable;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tocsin.alert.Alert;
import tocsin.rule.Severity;
import tocsin.workflow.Workflows.Run;
import tocsin.workflow.Workflows.Step;

/** What is called to repair an alert, and who hears of it. */
class SelfHealingTest {
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
    void oneRepairerAndTwoLevels() {
        world.channel("restart", 0, Severity.LOW);
        world.channel("chat", 1, Severity.LOW);
        world.channel("pager", 2, Severity.LOW);
        world.pass(Duration.ofHours(2)); // repairs of other tests count no more
        world.startCounting();
    }

    @Test
    void repaired_isSaidOnceAndNobodyIsWoken() {
        var alert = world.fire(Severity.HIGH, "restart");
        assertThat(world.told(alert)).containsExactly("0:00 HEAL restart");
        world.pass(Duration.ofMinutes(1));
        world.workflows.callEnded(call(alert), true, "200 OK");
        assertThat(healing(alert).tokens()).containsExactly("verify");
        world.pass(Duration.ofMinutes(1));
        world.resolve(alert, "rule");
        world.pass(Duration.ofMinutes(30));

        assertThat(world.told(alert)).containsExactly("0:00 HEAL restart", "2:00 RESOLVED chat");
        var message = world.outbox.messages.get(alert.id() + "/self-healing/RESOLVED/chat");
        assertThat(message.reason()).isEqualTo("self-healing: repaired by itself");
        assertThat(message.body()).startsWith("It was repaired by itself: restart was called and the alert cleared.");
        assertThat(end(healing(alert))).isEqualTo("Repaired");
        assertThat(world.incidents.of(alert.id()).orElseThrow().closedAt()).isNotNull();
    }

    @Test
    void stillFiringAfterTheCall_escalates() {
        var alert = world.fire(Severity.HIGH, "restart");
        world.workflows.callEnded(call(alert), true, "200 OK");
        world.pass(Duration.ofMinutes(8));
        assertThat(world.told(alert)).containsExactly("0:00 HEAL restart", "2:00 FIRING chat", "7:00 ESCALATED pager");
        assertThat(body(alert, "1.0/FIRING/chat"))
                .startsWith("Self-healing did not help: restart was called, but the alert still fires 2m later.");
        assertThat(healing(alert).tokens()).containsExactly("escalation-call");

        var taken = world.acknowledge(alert, "ada");
        world.resolve(taken, "rule");
        assertThat(world.told(alert))
                .endsWith(
                        "8:00 ACKNOWLEDGED chat",
                        "8:00 ACKNOWLEDGED pager",
                        "8:00 RESOLVED chat",
                        "8:00 RESOLVED pager");
        assertThat(end(healing(alert))).isEqualTo("Escalated");
        assertThat(world.workflows.runs(alert.id()))
                .extracting(Run::processKey)
                .containsExactlyInAnyOrder("incident", "self-healing", "escalation");
        assertThat(world.workflows.runs(alert.id()))
                .allSatisfy(run -> assertThat(run.endedAt()).isNotNull());
    }

    @Test
    void failedCall_escalatesAtOnce() {
        var alert = world.fire(Severity.HIGH, "restart");
        world.workflows.callEnded(call(alert), false, "503 from the restarter");
        assertThat(world.told(alert)).containsExactly("0:00 HEAL restart", "0:00 FIRING chat");
        assertThat(body(alert, "1.0/FIRING/chat"))
                .startsWith("Self-healing failed: the call of restart ended with: 503 from the restarter");
    }

    @Test
    void noAnswer_escalatesAfterTwoMinutes() {
        var alert = world.fire(Severity.HIGH, "restart");
        world.pass(Duration.ofMinutes(3));
        assertThat(world.told(alert)).containsExactly("0:00 HEAL restart", "2:00 FIRING chat");
        assertThat(body(alert, "1.0/FIRING/chat")).startsWith("Self-healing failed: restart did not answer within 2m.");

        world.workflows.callEnded(call(alert), true, "too late");
        assertThat(world.told(alert)).hasSize(2);
    }

    @Test
    void acknowledgedMeanwhile_stopsHealing() {
        var alert = world.fire(Severity.HIGH, "restart");
        world.pass(Duration.ofSeconds(30));
        world.acknowledge(alert, "ada");
        world.workflows.callEnded(call(alert), false, "503");
        world.pass(Duration.ofMinutes(30));
        assertThat(world.told(alert)).containsExactly("0:00 HEAL restart");
        assertThat(end(healing(alert))).isEqualTo("Taken by a person");
    }

    @Test
    void closedByAPerson_isNoRepair() {
        var alert = world.fire(Severity.HIGH, "restart");
        world.pass(Duration.ofSeconds(30));
        world.resolve(alert, "bob");
        assertThat(world.told(alert)).containsExactly("0:00 HEAL restart");
        assertThat(end(healing(alert))).isEqualTo("Closed by a person");
    }

    @Test
    void fourthRepairWithinAnHour_escalatesInstead() {
        for (int i = 0; i < 3; i++) {
            var alert = world.fire("web.stuck", Severity.MEDIUM, "restart");
            world.workflows.callEnded(call(alert), true, "200 OK");
            world.pass(Duration.ofMinutes(1));
            world.resolve(alert, "rule");
        }
        var fourth = world.fire("web.stuck", Severity.MEDIUM, "restart");
        assertThat(world.told(fourth)).containsExactly("3:00 FIRING chat");
        assertThat(body(fourth, "1.0/FIRING/chat"))
                .startsWith("Self-healing was not tried: this rule was repaired 3 times in the last hour.");
        world.resolve(fourth, "rule");

        world.pass(Duration.ofHours(1));
        assertThat(world.told(world.fire("web.stuck", Severity.MEDIUM, "restart")))
                .containsExactly("63:00 HEAL restart");
    }

    @Test
    void channelThatIsNotThere_escalatesAtOnce() {
        world.disable("restart");
        var alert = world.fire(Severity.HIGH, "restart");
        assertThat(world.told(alert)).containsExactly("0:00 FIRING chat");
        assertThat(body(alert, "1.0/FIRING/chat"))
                .startsWith("Self-healing was not tried: the channel restart is not there or not enabled.");
    }

    @Test
    void callsOfOthers_concernNobody() {
        var alert = world.fire(Severity.HIGH, "restart");
        world.workflows.callEnded("test-1234", true, "200 OK");
        world.workflows.callEnded(alert.id() + "/escalation/1.0/FIRING/chat", true, "200 OK");
        assertThat(healing(alert).tokens()).containsExactlyInAnyOrder("call-ended-event", "time-out");
    }

    private static String call(Alert alert) {
        return alert.id() + "/self-healing/HEAL/restart";
    }

    private static String body(Alert alert, String message) {
        return world.outbox.messages.get(alert.id() + "/escalation/" + message).body();
    }

    private static Run healing(Alert alert) {
        return world.workflows.runs(alert.id()).stream()
                .filter(run -> run.processKey().equals("self-healing"))
                .findFirst()
                .orElseThrow();
    }

    private static String end(Run run) {
        assertThat(run.endedAt()).isNotNull();
        return List.copyOf(run.steps()).stream()
                .map(Step::name)
                .reduce((first, second) -> second)
                .orElseThrow();
    }
}
