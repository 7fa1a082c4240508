package tocsin.notifiers.common;

import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Ends what does not end by itself. */
public final class Deadline {
    private Deadline() {}

    /**
     * Call on a virtual thread, and interrupt it when the time is over: a virtual thread that waits for a socket then
     * closes it, whatever the library's own time-outs are.
     */
    public static <T> T call(Duration time, Callable<T> call) throws IOException, InterruptedException {
        var task = new FutureTask<>(call);
        Thread.ofVirtual().name("tocsin-bounded").start(task);
        try {
            return task.get(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new HttpTimeoutException("no answer in time");
        } catch (ExecutionException e) {
            throw unwrapped(e);
        } finally {
            task.cancel(true);
        }
    }

    private static IOException unwrapped(ExecutionException failure) {
        return switch (failure.getCause()) {
            case IOException io -> io;
            case RuntimeException runtime -> throw runtime;
            case null, default -> new IOException(failure.getCause());
        };
    }
}
