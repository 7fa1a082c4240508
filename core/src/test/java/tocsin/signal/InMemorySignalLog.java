package tocsin.signal;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A log for tests: it keeps every promise of {@link SignalLog} but that of surviving the process. */
public final class InMemorySignalLog implements SignalLog {
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<LogRecord> records = new ArrayList<>();
    private final Map<String, LogPosition> consumers = new HashMap<>();
    private Instant lastAppendedAt = Instant.MIN;
    private long oldest;
    private boolean closed;
    private @Nullable RuntimeException refusal;

    public InMemorySignalLog(InstantSource clock) {
        this.clock = clock;
    }

    /** Let appends fail with this, such as a {@link LogFullException}, until {@link #acceptAppends}. */
    public void refuseAppends(RuntimeException with) {
        locked(() -> refusal = with);
    }

    public void acceptAppends() {
        locked(() -> refusal = null);
    }

    /** Remove the records before this position, as retention does. */
    public void removeBefore(LogPosition position) {
        locked(() -> oldest = Math.max(oldest, Math.min(position.value(), records.size())));
    }

    /** Every record that is still there. */
    public List<LogRecord> records() {
        lock.lock();
        try {
            return List.copyOf(records.subList((int) oldest, records.size()));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public CompletableFuture<LogPosition> append(SampleBatch batch) {
        LogPosition position;
        lock.lock();
        try {
            if (closed) {
                return CompletableFuture.failedFuture(new IllegalStateException("the log is closed"));
            }
            if (refusal != null) {
                return CompletableFuture.failedFuture(refusal);
            }
            position = new LogPosition(records.size());
            Instant now = clock.instant();
            lastAppendedAt = now.isAfter(lastAppendedAt) ? now : lastAppendedAt;
            records.add(new LogRecord(position, lastAppendedAt, batch));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        return CompletableFuture.completedFuture(position);
    }

    @Override
    public LogReader read(LogPosition from) {
        if (from.compareTo(end()) > 0) {
            throw new IllegalArgumentException(
                    "position %d is past the end of the log, %d".formatted(from.value(), end().value()));
        }
        return new Reader(from.value());
    }

    @Override
    public LogPosition oldest() {
        lock.lock();
        try {
            return new LogPosition(oldest);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public LogPosition end() {
        lock.lock();
        try {
            return new LogPosition(records.size());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public LogPosition positionAt(Instant appendedAt) {
        return records().stream()
                .filter(record -> !record.appendedAt().isBefore(appendedAt))
                .map(LogRecord::position)
                .findFirst()
                .orElse(end());
    }

    @Override
    public void commit(String consumer, LogPosition position) {
        if (position.compareTo(end()) > 0) {
            throw new IllegalArgumentException(
                    "position %d is past the end of the log, %d".formatted(position.value(), end().value()));
        }
        locked(() -> consumers.merge(consumer, position, (a, b) -> a.compareTo(b) > 0 ? a : b));
    }

    @Override
    public Optional<LogPosition> committed(String consumer) {
        lock.lock();
        try {
            return Optional.ofNullable(consumers.get(consumer));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        locked(() -> closed = true);
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private final class Reader implements LogReader {
        private long next;
        private boolean readerClosed;

        private Reader(long next) {
            this.next = next;
        }

        @Override
        public @Nullable LogRecord poll(Duration wait) throws InterruptedException {
            long deadline = System.nanoTime() + wait.toNanos();
            lock.lockInterruptibly();
            try {
                while (true) {
                    if (closed || readerClosed) {
                        throw new IllegalStateException(closed ? "the log is closed" : "the reader is closed");
                    }
                    next = Math.max(next, oldest);
                    if (next < records.size()) {
                        return records.get((int) next++);
                    }
                    long remaining = deadline - System.nanoTime();
                    if (remaining <= 0) {
                        return null;
                    }
                    var _ = changed.await(remaining, TimeUnit.NANOSECONDS);
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public LogPosition position() {
            lock.lock();
            try {
                return new LogPosition(Math.max(next, oldest));
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            locked(() -> readerClosed = true);
        }
    }
}
