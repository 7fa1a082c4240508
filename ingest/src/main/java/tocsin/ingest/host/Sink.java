package tocsin.ingest.host;

import tocsin.label.Labels;
import tocsin.signal.SampleBatch;
import tocsin.signal.Series;

/** Collects the values of one moment. */
final class Sink {
    private final SampleBatch.Builder batch;
    private final String instance;
    private final long timeMillis;

    Sink(SampleBatch.Builder batch, String instance, long timeMillis) {
        this.batch = batch;
        this.instance = instance;
        this.timeMillis = timeMillis;
    }

    long timeMillis() {
        return timeMillis;
    }

    void add(String metric, double value) {
        add(Series.of(metric, "job", "host", "instance", instance), value);
    }

    /** With one label more, such as the name of a device. */
    void add(String metric, String label, String labelValue, double value) {
        add(
                new Series(Labels.of(Labels.METRIC, metric, "job", "host", "instance", instance, label, labelValue)),
                value);
    }

    private void add(Series series, double value) {
        if (Double.isFinite(value)) { // what the machine does not know is not a measurement
            batch.add(series, timeMillis, value);
        }
    }
}
