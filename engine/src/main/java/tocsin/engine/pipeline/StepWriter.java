package tocsin.engine.pipeline;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tocsin.alert.Alert;
import tocsin.alert.AlertStore;
import tocsin.alert.Transition;
import tocsin.signal.LogPosition;

/**
 * Stores what was decided, in order, on a thread of its own. While the database is away it keeps trying; deciding goes
 * on meanwhile.
 *
 * <p>What one record or tick has caused is stored in one transaction with the position after it, so a restart never
 * finds half of it. A transaction may therefore hold more steps than a batch when one record caused more.
 */
final class StepWriter implements AutoCloseable {
    /** What one record, tick or person has caused. */
    private record Group(
            List<Transition> steps,
            Progress progress,
            @Nullable CompletableFuture<Alert> done,
            @Nullable Runnable then) {}

    /**
     * How far the log was evaluated.
     *
     * @param position the next record
     * @param clock the driving clock there
     */
    record Progress(LogPosition position, Instant clock) {}

    private static final Logger log = LoggerFactory.getLogger(StepWriter.class);

    private final AlertStore store;
    private final DetectionSettings settings;
    private final Consumer<Progress> onProgress;
    private final Consumer<Transition> onStored;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Group> queue = new ArrayDeque<>();
    private final Thread thread;

    private final AtomicInteger unstored = new AtomicInteger();
    private Progress evaluated;
    private LogPosition stored;
    private boolean closing;
    private boolean away;

    /**
     * @param onProgress told after each successful store
     * @param onStored told of each step after it was stored
     */
    StepWriter(
            AlertStore store,
            DetectionSettings settings,
            Progress start,
            Consumer<Progress> onProgress,
            Consumer<Transition> onStored) {
        this.store = store;
        this.settings = settings;
        this.evaluated = start;
        this.stored = start.position();
        this.onProgress = onProgress;
        this.onStored = onStored;
        this.thread = Thread.ofPlatform().name("detection-store").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Steps that are not stored yet. */
    int unstored() {
        return unstored.get();
    }

    /** Whether the latest attempt to store has failed. */
    boolean away() {
        lock.lock();
        try {
            return away;
        } finally {
            lock.unlock();
        }
    }

    /** What evaluating up to here has caused, which may be nothing. */
    void add(List<Transition> steps, Progress progress) {
        lock.lock();
        try {
            evaluated = progress;
            if (!steps.isEmpty()) {
                enqueue(new Group(steps, progress, null, null));
            }
        } finally {
            lock.unlock();
        }
    }

    /** What a person has caused. The future completes when it is stored. */
    void add(Transition step, CompletableFuture<Alert> done) {
        lock.lock();
        try {
            enqueue(new Group(List.of(step), evaluated, done, null));
        } finally {
            lock.unlock();
        }
    }

    /** Run this once everything that was added before is stored. It must be quick. */
    void afterwards(Runnable then) {
        lock.lock();
        try {
            if (!queue.isEmpty()) {
                enqueue(new Group(List.of(), evaluated, null, then));
                return;
            }
        } finally {
            lock.unlock();
        }
        then.run();
    }

    private void enqueue(Group group) {
        queue.add(group);
        unstored.addAndGet(group.steps.size());
        changed.signalAll();
    }

    private void run() {
        Duration pause = settings.retryFirst();
        try {
            while (true) {
                var groups = next();
                if (groups == null) {
                    return;
                }
                if (write(groups)) {
                    pause = settings.retryFirst();
                } else {
                    rest(pause);
                    pause = shorter(pause.multipliedBy(2), settings.retryMost());
                }
            }
        } catch (InterruptedException e) {
            log.debug("stopped while the database was away");
        } finally {
            failTheRest();
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** What to store next, without removing it: empty when only the position is to be stored, null to stop. */
    private @Nullable List<Group> next() throws InterruptedException {
        lock.lock();
        try {
            long left = settings.storeEvery().toNanos();
            while (queue.isEmpty() && !closing && left > 0) {
                left = changed.awaitNanos(left);
            }
            if (queue.isEmpty() && closing && evaluated.position().equals(stored)) {
                return null;
            }
            var groups = new ArrayList<Group>();
            int steps = 0;
            for (var group : queue) {
                if (steps > 0 && steps + group.steps.size() > settings.storeBatch()) {
                    break;
                }
                groups.add(group);
                steps += group.steps.size();
            }
            return groups;
        } finally {
            lock.unlock();
        }
    }

    private boolean write(List<Group> groups) {
        Progress progress = progressWith(groups);
        if (groups.isEmpty() && progress.position().equals(storedPosition())) {
            return true;
        }
        var steps = groups.stream().flatMap(group -> group.steps.stream()).toList();
        try {
            store.store(steps, progress.position());
        } catch (RuntimeException e) {
            failed(e);
            return false;
        }
        succeeded(groups, steps, progress);
        return true;
    }

    /** Everything that was evaluated, when these groups are all there is; otherwise up to the last of them. */
    private Progress progressWith(List<Group> groups) {
        lock.lock();
        try {
            return groups.size() == queue.size() ? evaluated : groups.getLast().progress;
        } finally {
            lock.unlock();
        }
    }

    private LogPosition storedPosition() {
        lock.lock();
        try {
            return stored;
        } finally {
            lock.unlock();
        }
    }

    private void failed(RuntimeException e) {
        lock.lock();
        try {
            if (!away) {
                log.warn("Alerts cannot be stored, they are kept until the database is back: {}", e.toString());
            }
            away = true;
        } finally {
            lock.unlock();
        }
    }

    private void succeeded(List<Group> groups, List<Transition> steps, Progress progress) {
        lock.lock();
        try {
            if (away) {
                log.info("Alerts are stored again, {} steps have waited", unstored.get());
            }
            away = false;
            stored = progress.position();
            for (int i = 0; i < groups.size(); i++) {
                queue.removeFirst();
            }
            unstored.addAndGet(-steps.size());
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        tell(groups, steps, progress);
    }

    private void tell(List<Group> groups, List<Transition> steps, Progress progress) {
        quietly(() -> onProgress.accept(progress));
        for (var group : groups) {
            var done = group.done;
            if (done != null) {
                done.complete(group.steps.getLast().alert());
            }
            var then = group.then;
            if (then != null) {
                quietly(then);
            }
        }
        for (var step : steps) {
            quietly(() -> onStored.accept(step));
        }
    }

    private static void quietly(Runnable told) {
        try {
            told.run();
        } catch (RuntimeException e) {
            log.warn("What follows a store has failed", e);
        }
    }

    private void rest(Duration pause) throws InterruptedException {
        lock.lock();
        try {
            long left = pause.toNanos();
            while (left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Wait until fewer steps than this are unstored, for this long at most. */
    void awaitRoom(int limit, Duration wait) throws InterruptedException {
        lock.lock();
        try {
            long left = wait.toNanos();
            while (unstored.get() >= limit && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private void failTheRest() {
        lock.lock();
        try {
            for (var group : queue) {
                var done = group.done;
                if (done != null) {
                    done.completeExceptionally(
                            new IllegalStateException("Tocsin is stopping and the database did not answer"));
                }
                var then = group.then;
                if (then != null) {
                    quietly(then);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Store what is there, for as long as the settings allow. What remains is found again in the log. */
    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            if (!thread.join(settings.closeWait())) {
                log.warn("{} steps of alerts are not stored; they are decided again at the next start", unstored.get());
                thread.interrupt();
                var _ = thread.join(settings.closeWait());
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
