package tocsin.signal;

import java.util.ArrayList;
import java.util.List;

/** Batches for tests, and their samples as text, bit by bit, so that two NaNs are told apart. */
public final class Batches {
    private Batches() {}

    /** One sample of the series {@code test_id} whose value is this number. */
    public static SampleBatch numbered(long number) {
        return SampleBatch.builder(1)
                .add(Series.of("test_id"), 1_000 + number, number)
                .build();
    }

    /** The number that {@link #numbered} put in. */
    public static long number(SampleBatch batch) {
        return (long) batch.value(0);
    }

    /** Each sample as {@code series@time=bits}. */
    public static List<String> samples(SampleBatch batch) {
        var lines = new ArrayList<String>(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            lines.add("%s@%d=%x"
                    .formatted(batch.series(i), batch.timeMillis(i), Double.doubleToRawLongBits(batch.value(i))));
        }
        return lines;
    }
}
