package tocsin.rule;

import java.util.List;
import java.util.Optional;
import tocsin.label.Fingerprint;

/** The series that report now, with their latest value. Safe for concurrent use; what it returns may be a moment old. */
public interface SeriesCatalog {
    /** How many series are live. */
    int size();

    Optional<SeriesView> find(Fingerprint fingerprint);

    /** Live series that the selector matches, by name, at most this many. */
    List<SeriesView> find(Selector selector, int limit);

    /** How many live series the selector matches. */
    int count(Selector selector);

    /** Metrics whose name contains this text, by name, at most this many. */
    List<Metric> metrics(String containing, int limit);

    /** A metric and how many live series it has. */
    record Metric(String name, int series) {}
}
