package tocsin.flowable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tocsin.alert.Alert;
import tocsin.alert.Status;
import tocsin.notify.Message;
import tocsin.notify.Message.Kind;
import tocsin.rule.Severity;

/** Everything runs by itself, on the wall clock; medium severity has a patience of one second. */
class RunningEngineTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private TestDatabase database;
    private World world;

    @BeforeEach
    void open() {
        database = TestDatabase.fresh();
        world = World.running(database);
        world.channel("chat", 1, Severity.LOW);
        world.channel("pager", 2, Severity.LOW);
    }

    @AfterEach
    void close() {
        database.start();
        world.close();
    }

    @Test
    void timers_areLessThanASecondLate() throws Throwable {
        var alert = world.fire(Severity.MEDIUM);
        Eventually.within(SOON, () -> assertThat(messages(alert)).hasSize(2));
        var waited = Duration.between(
                messages(alert).getFirst().createdAt(),
                messages(alert).getLast().createdAt());
        assertThat(waited).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
        assertThat(world.meters.get("tocsin.workflow.timers.lateness").timer().max(TimeUnit.MILLISECONDS))
                .isLessThan(1000);
    }

    @Test
    void acknowledgementDuringATimer_waitsForItAndNothingIsLost() throws Throwable {
        var inTimer = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        world.outbox.before = message -> {
            if (message.kind() == Kind.ESCALATED) {
                inTimer.countDown();
                await(goOn);
            }
        };
        var alert = world.fire(Severity.MEDIUM);
        await(inTimer);
        var acknowledged = CompletableFuture.runAsync(() -> world.acknowledge(alert, "ada"));
        goOn.countDown();
        acknowledged.get(10, TimeUnit.SECONDS);

        assertThat(messages(alert))
                .extracting(message -> message.kind() + " " + message.channel())
                .containsExactly("FIRING chat", "ESCALATED pager", "ACKNOWLEDGED chat", "ACKNOWLEDGED pager");
        assertThat(world.waitingTimers()).isZero();
    }

    @Test
    void acknowledgementsAtTheSameMomentAsTimers_neverFail() throws Throwable {
        var alerts = new ArrayList<Alert>();
        for (int i = 0; i < 20; i++) {
            alerts.add(world.fire(Severity.MEDIUM));
        }
        var escalated = new CountDownLatch(1);
        world.outbox.before = message -> escalated.countDown();
        await(escalated);
        try (var people = Executors.newFixedThreadPool(4)) {
            var done = alerts.stream()
                    .map(alert -> CompletableFuture.runAsync(() -> world.acknowledge(alert, "ada"), people))
                    .toList();
            for (var one : done) {
                one.get(20, TimeUnit.SECONDS);
            }
        }
        for (var alert : alerts) {
            var told = channels(alert, Kind.FIRING, Kind.ESCALATED);
            assertThat(channels(alert, Kind.ACKNOWLEDGED)).containsExactlyInAnyOrderElementsOf(told);
        }
        Eventually.within(SOON, () -> assertThat(world.waitingTimers()).isZero());
    }

    @Test
    void twoServersThatGetTheSameStep_startOneRun() throws Exception {
        var together = new CyclicBarrier(2);
        try (var other = world.open("two", true);
                var servers = Executors.newFixedThreadPool(2)) {
            for (int i = 0; i < 10; i++) {
                var alert = world.step(world.firing("host.cpu-saturated", Severity.LOW, null), Status.PENDING, "rule");
                var fired = world.alerts.lastOf(alert);
                var starts = List.of(world.workflows, other).stream()
                        .map(workflows -> CompletableFuture.runAsync(
                                () -> {
                                    meet(together);
                                    workflows.accept(fired);
                                },
                                servers))
                        .toList();
                for (var start : starts) {
                    start.get(10, TimeUnit.SECONDS);
                }
                assertThat(world.workflows.runs(alert.id())).hasSize(1);
            }
        }
    }

    @Test
    void databaseStoppedAndStarted_timersGoOnWithinSeconds() throws Throwable {
        var waiting = world.fire(Severity.MEDIUM); // its timer becomes due while the database is away
        database.stop();
        databaseIsAway();
        databaseIsAway();
        assertThat(messages(waiting)).hasSize(1);

        database.start();
        Eventually.within(SOON, () -> assertThat(messages(waiting)).hasSizeGreaterThan(1));
        var fresh = world.fire(Severity.MEDIUM);
        Eventually.within(SOON, () -> assertThat(messages(fresh)).hasSizeGreaterThan(1));
    }

    @Test
    void databaseStoppedDuringAStep_theStepIsDoneAgainWithinSeconds() throws Throwable {
        var attempts = new AtomicInteger();
        var inStep = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        world.outbox.before = message -> {
            if (message.kind() == Kind.ESCALATED && attempts.incrementAndGet() == 1) {
                inStep.countDown();
                await(goOn);
                throw new IllegalStateException("the connection is gone");
            }
        };
        var alert = world.fire(Severity.MEDIUM);
        await(inStep);
        database.stop();
        goOn.countDown();
        databaseIsAway();
        world.workflows.watchdog().look();
        database.start();
        Eventually.within(
                Duration.ofSeconds(20),
                () -> assertThat(channels(alert, Kind.ESCALATED)).isNotEmpty());
    }

    @Test
    void timerLockedByAServerThatCrashed_isWorkedOnAsSoonAsItIsBack() throws Throwable {
        var alert = world.fire(Severity.CRITICAL);
        world.workflows.close(); // and before its last breath it had taken this timer and locked its run
        try (var connection = world.pool.getConnection();
                var statement = connection.createStatement()) {
            assertThat(statement.executeUpdate("""
                            INSERT INTO act_ru_job (id_, rev_, category_, type_, lock_exp_time_, lock_owner_, exclusive_,
                                execution_id_, process_instance_id_, proc_def_id_, element_id_, element_name_, retries_,
                                duedate_, handler_type_, handler_cfg_, custom_values_id_, create_time_, tenant_id_)
                            SELECT id_, rev_, category_, type_, now() + interval '1 minute', 'one', exclusive_,
                                execution_id_, process_instance_id_, proc_def_id_, element_id_, element_name_, retries_,
                                now(), handler_type_, handler_cfg_, custom_values_id_, create_time_, tenant_id_
                            FROM act_ru_timer_job""")).isEqualTo(1);
            statement.executeUpdate("DELETE FROM act_ru_timer_job");
            statement.executeUpdate("UPDATE act_ru_execution SET lock_time_ = now() + interval '1 minute',"
                    + " lock_owner_ = 'one' WHERE business_key_ IS NOT NULL");
        }
        world.workflows = world.open("one", true);
        Eventually.within(
                SOON, () -> assertThat(channels(alert, Kind.ESCALATED)).containsExactly("pager"));
    }

    @Test
    void closedWhileTheDatabaseIsAway_endsAllTheSame() throws Exception {
        database.stop();
        CompletableFuture.runAsync(world.workflows::close).get(30, TimeUnit.SECONDS);
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("flowable-tocsin") || name.startsWith("tocsin-workflow"));
        database.start();
    }

    /** Three attempts to use the database, each of which gives up after a second. */
    private void databaseIsAway() {
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(this::askTheDatabase).isInstanceOf(SQLException.class);
        }
    }

    private void askTheDatabase() throws SQLException {
        try (var connection = world.pool.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("SELECT 1");
        }
    }

    private List<Message> messages(Alert alert) {
        synchronized (world.outbox.messages) {
            return world.outbox.messages.values().stream()
                    .filter(message -> alert.id().equals(message.alert()))
                    .toList();
        }
    }

    private List<String> channels(Alert alert, Kind... kinds) {
        return messages(alert).stream()
                .filter(message -> List.of(kinds).contains(message.kind()))
                .map(Message::channel)
                .distinct()
                .toList();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
