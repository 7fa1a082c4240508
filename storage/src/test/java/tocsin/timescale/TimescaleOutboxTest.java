package tocsin.timescale;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tocsin.notify.Outbox;
import tocsin.notify.OutboxContract;

class TimescaleOutboxTest extends OutboxContract {
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
    protected Outbox outbox() {
        return fixture.stores.outbox();
    }

    @Override
    protected void advance(Duration by) {
        fixture.clock.advance(by);
    }

    @Override
    protected Instant now() {
        return fixture.clock.instant();
    }

    @Test
    void listenersHearAfterTheCommitAndNotAfterARollback() {
        var waiting = new ArrayList<Long>();
        outbox().onEnqueued(() -> waiting.add(outbox().waiting()));
        fixture.transaction.executeWithoutResult(status -> {
            outbox().enqueue(message("a", "slack", ALERT));
            assertThat(waiting).isEmpty();
        });
        assertThat(waiting).containsExactly(1L);
        fixture.transaction.executeWithoutResult(status -> {
            outbox().enqueue(message("b", "slack", ALERT));
            status.setRollbackOnly();
        });
        assertThat(waiting).containsExactly(1L);
        assertThat(outbox().waiting()).isEqualTo(1);
    }

    @Test
    void aChannelWithoutRoomDoesNotHideTheOthers() {
        for (int i = 0; i < 20; i++) {
            outbox().enqueue(message("slow" + i, "slow", null));
        }
        outbox().enqueue(message("quick", "quick", null));
        assertThat(outbox().claim(1, Duration.ofSeconds(30), Set.of("slow")))
                .extracting(claimed -> claimed.message().key())
                .containsExactly("quick");
    }

    /** As after a crash: what was taken and never recorded is due at once, what waits for its retry goes on waiting. */
    @Test
    void recoveryFreesWhatACrashLeftBehind() {
        outbox().enqueue(message("interrupted", "slack", ALERT));
        outbox().enqueue(message("waits", "email", ALERT));
        for (var claimed : outbox().claim(10, Duration.ofMinutes(1))) {
            if (claimed.message().key().equals("waits")) {
                outbox().retry(claimed, now().plusSeconds(40), "answer 503");
            }
        }
        assertThat(outbox().claim(10, Duration.ofMinutes(1))).isEmpty();

        assertThat(outbox().recover()).isEqualTo(1);

        assertThat(outbox().claim(10, Duration.ofMinutes(1))).singleElement().satisfies(again -> {
            assertThat(again.message().key()).isEqualTo("interrupted");
            assertThat(again.uncertain()).isTrue();
        });
    }
}
