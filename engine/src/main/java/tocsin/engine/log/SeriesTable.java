package tocsin.engine.log;

import java.util.ArrayList;
import java.util.List;
import tocsin.label.Labels;
import tocsin.signal.Series;

/** What a reader has learned from the definitions of a segment so far. */
final class SeriesTable implements SeriesNumbers {
    private final List<Series> series = new ArrayList<>();
    private final List<String> symbols = new ArrayList<>();

    /** Learn the definitions of one record. Each record must be learned once, in order. */
    void learn(ByteSource definitions) throws CorruptRecordException {
        while (definitions.remaining() > 0) {
            var namesAndValues = new String[Math.multiplyExact(2, definitions.readCount(2))];
            for (int i = 0; i < namesAndValues.length; i++) {
                namesAndValues[i] = symbol(definitions);
            }
            try {
                series.add(new Series(Labels.of(namesAndValues)));
            } catch (IllegalArgumentException e) {
                throw new CorruptRecordException("a definition is wrong: " + e.getMessage());
            }
        }
    }

    private String symbol(ByteSource definitions) throws CorruptRecordException {
        long number = definitions.readVarint();
        if (number == 0) {
            symbols.add(definitions.readString());
            return symbols.getLast();
        }
        if (number < 0 || number > symbols.size()) {
            throw new CorruptRecordException("string %d is not defined".formatted(number));
        }
        return symbols.get((int) number - 1);
    }

    @Override
    public Series series(int number) throws CorruptRecordException {
        if (number < 0 || number >= series.size()) {
            throw new CorruptRecordException("series %d is not defined".formatted(number));
        }
        return series.get(number);
    }
}
