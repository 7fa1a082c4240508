package tocsin.engine.dispatch;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How long to wait before the next attempt. */
final class Backoff {
    static final Duration FIRST = Duration.ofSeconds(1);
    static final Duration LONGEST = Duration.ofMinutes(5);

    private Backoff() {}

    /**
     * Twice as long after each attempt, and never shorter than the provider asked for. Up to a quarter is added, the same
     * for the same message and attempt, so that messages which failed together do not all come back together.
     *
     * @param attempt the attempt that has just failed, counted from 1
     */
    static Duration after(int attempt, String key, @Nullable Duration asked) {
        var own = doubled(attempt);
        own = own.plusMillis(own.toMillis() * spread(key, attempt) / 4000);
        return asked == null || asked.compareTo(own) < 0 ? own : asked;
    }

    private static Duration doubled(int attempt) {
        int times = Math.min(Math.max(attempt, 1), 20) - 1;
        var pause = FIRST.multipliedBy(1L << times);
        return pause.compareTo(LONGEST) > 0 ? LONGEST : pause;
    }

    /** Between 0 and 999. */
    private static int spread(String key, int attempt) {
        int mixed = (key.hashCode() * 31 + attempt) * 0x9E3779B9; // neighbouring keys land far apart
        return Math.floorMod(mixed ^ (mixed >>> 15), 1000);
    }
}
