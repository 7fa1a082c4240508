package tocsin.drools;

import org.jspecify.annotations.Nullable;
import tocsin.rule.SeriesView;
import tocsin.rule.Window;

/**
 * A number that a series has.
 *
 * @param window null for the latest value
 */
record Quantity(@Nullable Window window) {
    static final Quantity VALUE = new Quantity(null);

    double of(SeriesView series) {
        return window == null ? series.value() : series.window(window);
    }

    /** As it stands in a rule. */
    @Override
    public String toString() {
        return window == null ? "value" : window.toString();
    }
}
