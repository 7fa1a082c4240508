package tocsin.engine.handover;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tocsin.alert.Alert;
import tocsin.alert.AlertId;
import tocsin.alert.AlertQuery;
import tocsin.alert.AlertStore;
import tocsin.alert.Transition;
import tocsin.signal.LogPosition;

@Timeout(20)
class HandOverTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Calls store = new Calls();

    @Test
    void drainsAsLongAsThereIsMore() throws Exception {
        store.answers.addAll(List.of(100, 100, 3));
        try (var handOver = new HandOver(store, transition -> {}, meters)) {
            handOver.start();
            handOver.wake();
            store.awaitCalls(3);
        }
        assertThat(meters.counter("tocsin.handover.steps").count()).isEqualTo(203);
    }

    @Test
    void goesOnAfterTheDatabaseWasAway() throws Exception {
        store.answers.addAll(List.of(-1, -1, 1));
        try (var handOver = new HandOver(store, transition -> {}, meters)) {
            handOver.start();
            handOver.wake();
            store.awaitCalls(3);
        }
        assertThat(meters.counter("tocsin.handover.failures").count()).isEqualTo(2);
        assertThat(meters.counter("tocsin.handover.steps").count()).isEqualTo(1);
    }

    /** Answers with the given counts; -1 is a database that is away. */
    private static final class Calls implements AlertStore {
        private final BlockingQueue<Integer> answers = new LinkedBlockingQueue<>();
        private final BlockingQueue<Integer> calls = new LinkedBlockingQueue<>();

        void awaitCalls(int count) throws InterruptedException {
            for (int i = 0; i < count; i++) {
                assertThat(calls.poll(10, TimeUnit.SECONDS)).isNotNull();
            }
        }

        @Override
        public int handOver(int limit, Consumer<Transition> handler) {
            Integer answer = answers.poll();
            if (answer == null) {
                return 0;
            }
            calls.add(answer);
            if (answer < 0) {
                throw new IllegalStateException("the database is away");
            }
            return answer;
        }

        @Override
        public void store(List<Transition> transitions, LogPosition evaluatedUpTo) {
            throw new UnsupportedOperationException();
        }

        @Override
        public LogPosition evaluatedUpTo() {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Alert> open() {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Alert> find(AlertQuery query) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<Alert> find(AlertId id) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Transition> transitions(AlertId id) {
            throw new UnsupportedOperationException();
        }
    }
}
