package tocsin.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class InMemorySignalLogTest extends SignalLogContract {
    @Override
    protected SignalLog open(InstantSource clock) {
        return new InMemorySignalLog(clock);
    }

    @Test
    void refusesAsItIsTold() {
        var log = new InMemorySignalLog(InstantSource.system());
        log.refuseAppends(new LogFullException("full"));
        assertThatThrownBy(() -> log.append(Batches.numbered(1)).join()).hasCauseInstanceOf(LogFullException.class);
        log.acceptAppends();
        assertThat(log.append(Batches.numbered(1)).join()).isEqualTo(LogPosition.START);
    }

    @Test
    void aReaderGoesOnAtTheOldestRecordThatIsLeft() throws Exception {
        var log = new InMemorySignalLog(InstantSource.system());
        for (int i = 0; i < 5; i++) {
            log.append(Batches.numbered(i)).join();
        }
        try (var reader = log.read(LogPosition.START)) {
            log.removeBefore(new LogPosition(3));
            assertThat(reader.position()).isEqualTo(new LogPosition(3));
            assertThat(reader.poll(Duration.ZERO)).isEqualTo(log.records().getFirst());
        }
    }
}
