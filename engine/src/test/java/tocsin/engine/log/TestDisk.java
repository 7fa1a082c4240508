package tocsin.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** The real disk, with faults on demand. It knows what of each file would survive a loss of power. */
final class TestDisk implements Disk {
    /** What can fail. */
    enum Operation {
        CREATE,
        WRITE,
        FORCE,
        TRUNCATE
    }

    private final Disk real = new FileDisk();
    private final Set<Operation> failing = ConcurrentHashMap.newKeySet();
    private final Map<Path, Long> durable = new ConcurrentHashMap<>();
    private final AtomicInteger forces = new AtomicInteger();
    private final Semaphore mayForce = new Semaphore(Integer.MAX_VALUE);
    private volatile CountDownLatch held = new CountDownLatch(0);

    void fail(Operation... operations) {
        failing.addAll(Set.of(operations));
    }

    void heal() {
        failing.clear();
    }

    /** From now on a sync does not return. The latch opens when one was asked for. */
    CountDownLatch holdForces() {
        mayForce.drainPermits();
        held = new CountDownLatch(1);
        return held;
    }

    void letForcesGo() {
        mayForce.release(Integer.MAX_VALUE);
    }

    int forces() {
        return forces.get();
    }

    /** How many bytes of each file have been synced. */
    Map<Path, Long> durable() {
        return Map.copyOf(durable);
    }

    private void check(Operation operation) throws IOException {
        if (failing.contains(operation)) {
            throw new IOException("simulated failure of " + operation);
        }
    }

    @Override
    public Output create(Path file, ByteBuffer header) throws IOException {
        check(Operation.CREATE);
        long size = header.remaining();
        var output = real.create(file, header);
        durable.put(file, size);
        return new TestOutput(file, output, size);
    }

    private final class TestOutput implements Output {
        private final Path file;
        private final Output real;
        private long size;

        private TestOutput(Path file, Output real, long size) {
            this.file = file;
            this.real = real;
            this.size = size;
        }

        @Override
        public void write(byte[] bytes, int length) throws IOException {
            try {
                check(Operation.WRITE);
            } catch (IOException e) {
                real.write(bytes, length / 2); // as a disk that runs full does
                throw e;
            }
            real.write(bytes, length);
            size += length;
        }

        @Override
        public void force() throws IOException {
            forces.incrementAndGet();
            held.countDown();
            mayForce.acquireUninterruptibly();
            mayForce.release();
            check(Operation.FORCE);
            real.force();
            durable.put(file, size);
        }

        @Override
        public void truncate(long newSize) throws IOException {
            check(Operation.TRUNCATE);
            real.truncate(newSize);
            size = newSize;
        }

        @Override
        public void close() throws IOException {
            real.close();
        }
    }
}
