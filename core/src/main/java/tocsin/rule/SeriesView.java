package tocsin.rule;

import tocsin.signal.Series;

/**
 * One live series, as rules see it. The same object stands for the same series as long as it is in a session; its
 * values change between evaluations only.
 */
public interface SeriesView {
    Series series();

    /** The latest value; NaN when the series has ended. */
    double value();

    /** Event time of the latest sample in milliseconds since 1970. */
    long timeMillis();

    /** A window's value as of the latest evaluation; NaN when it has none or was not demanded. */
    double window(Window window);
}
