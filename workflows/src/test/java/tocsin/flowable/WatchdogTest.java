package tocsin.flowable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tocsin.notify.Message.Kind;
import tocsin.rule.Severity;

/** Nothing works on timers here, as if the engine's own threads were stuck. */
class WatchdogTest {
    private World world;

    @BeforeEach
    void open() {
        world = World.still(TestDatabase.fresh(), World.MIDNIGHT);
        world.channel("chat", 1, Severity.LOW);
        world.channel("pager", 2, Severity.LOW);
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void overdueTimers_areWorkedOnAndCounted() {
        var alert = world.fire(Severity.HIGH);
        world.sleep(Duration.ofSeconds(5 * 60 + 59));
        world.workflows.watchdog().look();
        assertThat(overdue()).isZero();
        assertThat(world.told(alert)).hasSize(1);

        world.sleep(Duration.ofSeconds(2));
        world.workflows.watchdog().look();
        assertThat(overdue()).isEqualTo(1);
        assertThat(world.told(alert)).containsExactly("0:00 FIRING chat", "6:01 ESCALATED pager");
        assertThat(world.count("tocsin.workflow.timers.rescued")).isEqualTo(1);

        world.workflows.watchdog().look();
        assertThat(overdue()).isZero();
    }

    @Test
    void aTimerThatTheEngineGaveUp_isBroughtBack() {
        var alert = world.fire(Severity.HIGH);
        var management = world.workflows.engine().getManagementService();
        world.outbox.before = message -> {
            if (message.kind() == Kind.ESCALATED) {
                throw new IllegalStateException("the outbox refuses");
            }
        };
        management.setTimerJobRetries(
                management.createTimerJobQuery().singleResult().getId(), 1);
        world.sleep(Duration.ofMinutes(5));
        assertThatThrownBy(() -> world.workOnDueTimers()).hasStackTraceContaining("the outbox refuses");
        assertThat(management.createDeadLetterJobQuery().count()).isEqualTo(1);

        world.outbox.before = message -> {};
        world.workflows.watchdog().look();
        assertThat(world.count("tocsin.workflow.timers.revived")).isEqualTo(1);
        world.sleep(Duration.ofMinutes(2));
        world.workflows.watchdog().look();
        assertThat(world.told(alert)).containsExactly("0:00 FIRING chat", "7:00 ESCALATED pager");
    }

    @Test
    void oldRuns_areForgottenAndTheRestIsKept() {
        var old = world.fire(Severity.LOW);
        world.resolve(old, "rule");
        var open = world.fire(Severity.LOW);
        world.sleep(Duration.ofDays(60));
        var recent = world.fire(Severity.LOW);
        world.resolve(recent, "rule");
        world.sleep(Duration.ofDays(31));
        world.workflows.watchdog().look();
        assertThat(world.workflows.runs(old.id())).isEmpty();
        assertThat(world.workflows.runs(open.id())).hasSize(1);
        assertThat(world.workflows.runs(recent.id())).hasSize(1);
    }

    private double overdue() {
        return world.meters.get("tocsin.workflow.timers.overdue").gauge().value();
    }
}
