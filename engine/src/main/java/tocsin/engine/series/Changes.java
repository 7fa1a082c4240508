package tocsin.engine.series;

import java.util.ArrayList;
import java.util.List;

/** What one step has changed among the series that some rule matches. Reused from step to step. */
public final class Changes {
    final List<LiveSeries> updated = new ArrayList<>();
    final List<LiveSeries> removed = new ArrayList<>();

    /** Those with a new value or new windows, each once. */
    public List<LiveSeries> updated() {
        return updated;
    }

    /** Those that are gone. A series may be in both lists when it ended and came back; it is then another object. */
    public List<LiveSeries> removed() {
        return removed;
    }

    public boolean isEmpty() {
        return updated.isEmpty() && removed.isEmpty();
    }

    public void clear() {
        updated.clear();
        removed.clear();
    }
}
