package tocsin.timescale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tocsin.alert.AlertStore;
import tocsin.alert.AlertStoreContract;
import tocsin.alert.Status;
import tocsin.alert.Transition;
import tocsin.incident.Incident;
import tocsin.rule.Severity;
import tocsin.signal.LogPosition;

class TimescaleAlertStoreTest extends AlertStoreContract {
    private static StoresFixture fixture;

    @BeforeAll
    static void open() {
        fixture = new StoresFixture();
    }

    @AfterAll
    static void close() {
        fixture.close();
    }

    @BeforeEach
    void empty() {
        fixture.empty();
    }

    @Override
    protected AlertStore store() {
        return fixture.stores.alerts();
    }

    @Override
    protected void advance(Duration by) {
        fixture.clock.advance(by);
    }

    /** What a handler writes and the hand-over itself are one transaction. */
    @Test
    void aHandlerThatFailsLeavesNothingBehind() {
        store().store(List.of(step(1, 1, null, Status.FIRING)), LogPosition.START);
        int handedOver = store().handOver(10, step -> {
            fixture.stores.incidents().open(step.alert().id(), "half done", Severity.HIGH, step.at());
            throw new IllegalStateException("crash");
        });
        assertThat(handedOver).isZero();
        assertThat(fixture.stores.incidents().latest(10)).isEmpty();
        assertThat(fixture.jdbc
                        .sql("SELECT last_failure FROM handover")
                        .query(String.class)
                        .single())
                .isEqualTo("java.lang.IllegalStateException: crash");

        advance(Duration.ofMinutes(1));
        assertThat(store().handOver(
                                10,
                                step -> fixture.stores
                                        .incidents()
                                        .open(step.alert().id(), "done", Severity.HIGH, step.at())))
                .isEqualTo(1);
        assertThat(fixture.stores.incidents().latest(10))
                .extracting(Incident::title)
                .containsExactly("done");
    }

    @Test
    void pausesGrowWhileAStepFails() {
        store().store(List.of(step(1, 1, null, Status.FIRING)), LogPosition.START);
        var attempts = new AtomicInteger();
        for (int second = 0; second < 100; second++) {
            store().handOver(1, step -> {
                attempts.incrementAndGet();
                throw new IllegalStateException("no");
            });
            advance(Duration.ofSeconds(1));
        }
        assertThat(attempts).as("after 0, 1, 2, 4, 8, 16, 32 and 64 s").hasValueBetween(7, 9);
    }

    @Test
    void aBatchIsStoredWhollyOrNotAtAll() {
        Transition good = step(1, 1, null, Status.FIRING);
        Transition bad = new Transition(good.alert(), null, Instant.MAX, "rule", "no database takes this time");
        assertThatThrownBy(() -> store().store(List.of(good, bad), new LogPosition(9)))
                .isInstanceOf(RuntimeException.class);
        assertThat(store().find(good.alert().id())).isEmpty();
        assertThat(store().evaluatedUpTo()).isEqualTo(LogPosition.START);
    }
}
