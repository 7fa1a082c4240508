package tocsin.signal;

import java.util.Map;
import tocsin.label.Fingerprint;
import tocsin.label.Labels;

/**
 * A metric with its labels: what a sample is a value of.
 *
 * @param labels all labels, the metric's name among them
 */
public record Series(Labels labels) {

    public Series {
        if (labels.metric().isEmpty()) {
            throw new IllegalArgumentException("series " + labels + " has no metric name");
        }
    }

    public static Series of(String metric, String... namesAndValues) {
        var labels = Labels.of(namesAndValues);
        return new Series(labels.with(Map.of(Labels.METRIC, metric)));
    }

    public Fingerprint fingerprint() {
        return labels.fingerprint();
    }

    public String metric() {
        return labels.metric();
    }

    @Override
    public String toString() {
        return labels.toString();
    }
}
