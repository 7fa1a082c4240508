package tocsin.engine.pipeline;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tocsin.alert.Alert;
import tocsin.alert.Status;
import tocsin.alert.Transition;

/** How many alerts stand where. Written by one thread, read by any. */
final class AlertCounts {
    private final Map<Status, AtomicInteger> counts;

    AlertCounts() {
        var all = new EnumMap<Status, AtomicInteger>(Status.class);
        for (var status : Status.values()) {
            all.put(status, new AtomicInteger());
        }
        counts = Collections.unmodifiableMap(all);
    }

    void add(Alert alert) {
        change(alert.status(), 1);
    }

    void count(Transition step) {
        change(step.from(), -1);
        change(step.to(), 1);
    }

    private void change(@Nullable Status status, int by) {
        var count = status == null || !status.isOpen() ? null : counts.get(status);
        if (count != null) {
            count.addAndGet(by);
        }
    }

    int of(Status status) {
        var count = counts.get(status);
        return count == null ? 0 : count.get();
    }
}
