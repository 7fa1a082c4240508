package tocsin.flowable;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Waits for what other threads do. */
final class Eventually {
    private Eventually() {}

    /** Try again until it holds; after this time its last failure is that of the test. */
    static void within(Duration limit, ThrowingCallable assertion) throws Throwable {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            try {
                assertion.call();
                return;
            } catch (AssertionError e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }
}
