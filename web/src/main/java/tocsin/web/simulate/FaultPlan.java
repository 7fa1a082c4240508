package tocsin.web.simulate;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** When each fault begins and ends. Safe for concurrent use, because a heal call comes on another thread. */
final class FaultPlan {
    private final Instant beginsAt;
    private final Map<Fault, Instant> endsAt = new EnumMap<>(Fault.class);

    /** @param length of each fault */
    FaultPlan(Set<Fault> faults, Instant beginsAt, Duration length) {
        this.beginsAt = beginsAt;
        faults.forEach(fault -> endsAt.put(fault, beginsAt.plus(length)));
    }

    Instant beginsAt() {
        return beginsAt;
    }

    synchronized Set<Fault> activeAt(Instant time) {
        var active = EnumSet.noneOf(Fault.class);
        endsAt.forEach((fault, end) -> {
            if (!time.isBefore(beginsAt) && time.isBefore(end)) {
                active.add(fault);
            }
        });
        return active;
    }

    /** End a fault now. Returns whether it was under way. */
    synchronized boolean heal(Fault fault, Instant now) {
        boolean active = activeAt(now).contains(fault);
        if (active) {
            endsAt.put(fault, now);
        }
        return active;
    }
}
