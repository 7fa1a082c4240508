package tocsin.drools;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kie.api.runtime.rule.FactHandle;
import tocsin.label.Labels;
import tocsin.rule.SeriesView;

/** A series in working memory, with what the rules found for it. */
final class Fact {
    private SeriesView series;
    private @Nullable Labels labels;
    private @Nullable FactHandle handle;
    private long updatedIn = -1;

    /** Empty for most series, so no list is made before it is needed. */
    private @Nullable List<Holding> holdings;

    Fact(SeriesView series) {
        this.series = series;
    }

    SeriesView series() {
        return series;
    }

    void series(SeriesView newer) {
        series = newer;
    }

    /** What the series is known by: its labels with the metric. */
    Labels key() {
        return series.series().labels();
    }

    String metric() {
        return series.series().metric();
    }

    /** A label's value, empty when it is not there. */
    String label(String name) {
        String value = series.series().labels().get(name);
        return value == null ? "" : value;
    }

    /** What a finding about this series is known by. */
    Labels labels() {
        if (labels == null) {
            labels = series.series().labels().withoutMetric();
        }
        return labels;
    }

    @Nullable FactHandle handle() {
        return handle;
    }

    void handle(@Nullable FactHandle inserted) {
        handle = inserted;
    }

    /** Notes that it was updated for this evaluation; returns whether that was news. */
    boolean updated(long evaluation) {
        boolean first = updatedIn != evaluation;
        updatedIn = evaluation;
        return first;
    }

    boolean wasUpdatedIn(long evaluation) {
        return updatedIn == evaluation;
    }

    List<Holding> holdings() {
        return holdings == null ? List.of() : holdings;
    }

    void add(Holding holding) {
        if (holdings == null) {
            holdings = new ArrayList<>(2);
        }
        holdings.add(holding);
    }

    void remove(Holding holding) {
        if (holdings != null) {
            holdings.remove(holding);
        }
    }
}
