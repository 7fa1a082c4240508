package tocsin.engine.dispatch;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Messages that were taken from the outbox, one lane per channel, so that a slow channel only holds up itself. Lanes
 * take turns. Safe for concurrent use.
 */
final class Lanes {
    private final int concurrent;
    private final int perChannel;
    private final Map<String, Lane> lanes = new LinkedHashMap<>();
    private int sending;
    private int waiting;

    Lanes(int concurrent, int perChannel) {
        this.concurrent = concurrent;
        this.perChannel = perChannel;
    }

    /** How many more messages may be taken from the outbox. While nothing could be sent, nothing is taken. */
    synchronized int room() {
        return sending >= concurrent ? 0 : Math.min(concurrent, 2 * concurrent - waiting);
    }

    /** Channels with no room: what they have waits here already. */
    synchronized Set<String> full() {
        var names = new TreeSet<String>();
        lanes.forEach((name, lane) -> {
            if (lane.sending >= perChannel || !lane.waiting.isEmpty()) {
                names.add(name);
            }
        });
        return names;
    }

    /** Let a message wait for its turn. */
    synchronized void add(Taken message) {
        lanes.computeIfAbsent(message.channel(), _ -> new Lane()).waiting.add(message);
        waiting++;
    }

    /** The next message whose turn it is; null when there is none or no room to send it. */
    synchronized @Nullable Taken next() {
        if (sending >= concurrent) {
            return null;
        }
        for (var entry : lanes.entrySet()) {
            var lane = entry.getValue();
            if (lane.sending < perChannel && !lane.waiting.isEmpty()) {
                lanes.remove(entry.getKey());
                lanes.put(entry.getKey(), lane); // behind the others, for its next turn
                lane.sending++;
                sending++;
                waiting--;
                return lane.waiting.remove();
            }
        }
        return null;
    }

    /** A message that {@link #next} gave out is done with. */
    synchronized void done(Taken message) {
        String channel = message.channel();
        var lane = lanes.get(channel);
        if (lane != null) {
            lane.sending--;
            sending--;
            if (lane.sending == 0 && lane.waiting.isEmpty()) {
                lanes.remove(channel);
            }
        }
        notifyAll();
    }

    /** Take out everything that waits. */
    synchronized List<Taken> drain() {
        var drained = new ArrayList<Taken>();
        lanes.values().forEach(lane -> {
            drained.addAll(lane.waiting);
            lane.waiting.clear();
        });
        waiting = 0;
        return drained;
    }

    /** Wait until nothing is being sent; false when the time was over first. */
    synchronized boolean awaitIdle(Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        while (sending > 0) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    private static final class Lane {
        private final ArrayDeque<Taken> waiting = new ArrayDeque<>();
        private int sending;
    }
}
