package tocsin.ingest;

import java.util.ArrayList;
import java.util.List;
import tocsin.signal.InMemorySignalLog;
import tocsin.signal.Series;

/** A sample as the log holds it. Values are compared by their bits, so that each NaN is told apart. */
public record Stored(Series series, long timeMillis, long valueBits) {
    public static Stored of(Series series, long timeMillis, double value) {
        return new Stored(series, timeMillis, Double.doubleToRawLongBits(value));
    }

    public double value() {
        return Double.longBitsToDouble(valueBits);
    }

    /** Everything in the log, in its order. */
    public static List<Stored> in(InMemorySignalLog log) {
        var stored = new ArrayList<Stored>();
        for (var record : log.records()) {
            var batch = record.samples();
            for (int i = 0; i < batch.size(); i++) {
                stored.add(of(batch.series(i), batch.timeMillis(i), batch.value(i)));
            }
        }
        return stored;
    }

    @Override
    public String toString() {
        return series + " " + value() + " (0x" + Long.toHexString(valueBits) + ") @" + timeMillis;
    }
}
