package tocsin.engine.log;

import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import tocsin.signal.LogFullException;
import tocsin.signal.LogPosition;
import tocsin.signal.SampleBatch;

/** Batches on their way to the disk, bounded until they are durable or refused. Many threads offer, one takes. */
final class AppendQueue {
    /** What is taken at once, so that the writer looks at its clock between. */
    private static final long TAKEN_AT_ONCE_BYTES = 4 << 20;

    private final long maxBytes;
    private final int maxBatches;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition offered = lock.newCondition();
    private final ArrayDeque<Append> waiting = new ArrayDeque<>();
    private long bytes;
    private int batches;
    private boolean closed;

    /** A batch, and who waits for it. */
    record Append(SampleBatch batch, CompletableFuture<LogPosition> done) {
        private static final int BATCH_BYTES = 256;
        private static final int SAMPLE_BYTES = 20; // a reference and two 64-bit numbers

        /** Memory that is held while it waits, about. */
        long bytes() {
            return BATCH_BYTES + (long) batch.size() * SAMPLE_BYTES;
        }
    }

    AppendQueue(long maxBytes, int maxBatches) {
        this.maxBytes = maxBytes;
        this.maxBatches = maxBatches;
    }

    /**
     * Take a batch over.
     *
     * @throws LogFullException when a bound is reached; a queue that is empty takes a batch of any size
     * @throws IllegalStateException when the queue is closed
     */
    void offer(Append append) {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the log is closed");
            }
            if (batches > 0 && (bytes + append.bytes() > maxBytes || batches >= maxBatches)) {
                throw new LogFullException(
                        "the log's queue is full: %d batches of %d bytes wait for the disk, %d batches or %d bytes may"
                                .formatted(batches, bytes, maxBatches, maxBytes));
            }
            bytes += append.bytes();
            batches++;
            waiting.add(append);
            offered.signal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Move what waits to the end of another queue.
     *
     * @param waitNanos how long to wait when there is nothing
     * @return false when the queue is closed and there is nothing left
     */
    boolean take(long waitNanos, ArrayDeque<Append> into) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long remaining = waitNanos;
            while (waiting.isEmpty() && !closed && remaining > 0) {
                remaining = offered.awaitNanos(remaining);
            }
            if (waiting.isEmpty()) {
                return !closed;
            }
            long taken = 0;
            while (!waiting.isEmpty() && taken < TAKEN_AT_ONCE_BYTES) {
                var append = waiting.remove();
                taken += append.bytes();
                into.add(append);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The batch is durable or refused: its place is free. */
    void release(Append append) {
        lock.lock();
        try {
            bytes -= append.bytes();
            batches--;
        } finally {
            lock.unlock();
        }
    }

    long bytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    int batches() {
        lock.lock();
        try {
            return batches;
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            offered.signal();
        } finally {
            lock.unlock();
        }
    }
}
