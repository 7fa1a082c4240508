package tocsin.timescale;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Waits for what other threads do, within a bound. */
final class Await {
    private static final long PAUSE_MILLIS = 10;

    private Await() {}

    /** Until the value is this one; fails with the latest value otherwise. */
    static <T> void until(Duration limit, Supplier<T> actual, T expected) {
        long deadline = System.nanoTime() + limit.toNanos();
        T latest = actual.get();
        while (!expected.equals(latest) && System.nanoTime() < deadline) {
            pause();
            latest = actual.get();
        }
        assertThat(latest).isEqualTo(expected);
    }

    private static void pause() {
        try {
            boolean never = new CountDownLatch(1).await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
            assertThat(never).isFalse();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
