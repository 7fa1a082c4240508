package tocsin.web.demo;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import tocsin.signal.LogPosition;
import tocsin.signal.LogReader;
import tocsin.signal.SampleBatch;
import tocsin.signal.SignalLog;

/** A log that has been growing at a lively pace since yesterday, and that takes nothing. */
final class DemoLog implements SignalLog {
    private final InstantSource clock;
    private final Instant start;
    private final boolean empty;

    DemoLog(InstantSource clock, boolean empty) {
        this.clock = clock;
        this.start = clock.instant().minus(Duration.ofDays(1));
        this.empty = empty;
    }

    @Override
    public CompletableFuture<LogPosition> append(SampleBatch batch) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException("the demo takes no samples"));
    }

    @Override
    public LogReader read(LogPosition from) {
        throw new UnsupportedOperationException("the demo has no records");
    }

    @Override
    public LogPosition oldest() {
        return LogPosition.START;
    }

    @Override
    public LogPosition end() {
        return positionAt(clock.instant());
    }

    @Override
    public LogPosition positionAt(Instant at) {
        double minutes = Duration.between(start, at).toMillis() / 60_000.0;
        return empty || minutes < 0
                ? LogPosition.START
                : new LogPosition(
                        Math.round(412 * minutes + 60 * Math.sin(minutes / 2) + 25 * Math.sin(minutes * 1.7)));
    }

    @Override
    public void commit(String consumer, LogPosition position) {}

    @Override
    public Optional<LogPosition> committed(String consumer) {
        return Optional.empty();
    }

    @Override
    public void close() {}
}
