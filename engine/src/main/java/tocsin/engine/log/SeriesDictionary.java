package tocsin.engine.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tocsin.signal.Series;

/**
 * Numbers the series and strings of the segment that is being written, in the order of their first use. One thread
 * writes; readers of the same segment may ask for every number that a durable record uses, which spares them to learn
 * and hold the definitions once more.
 *
 * <p>An open-addressing table from fingerprint to number, because the lookup is made for every sample.
 */
final class SeriesDictionary implements SeriesNumbers {
    private static final int FIRST_CAPACITY = 256;

    private long[] fingerprints = new long[FIRST_CAPACITY];
    private int[] numbersPlusOne = new int[FIRST_CAPACITY]; // 0 is a free slot
    private volatile @Nullable Series[] series = new Series[FIRST_CAPACITY / 2];
    private int size;
    private final Map<String, Integer> symbolNumbers = new HashMap<>();
    private final List<String> symbols = new ArrayList<>();

    /** What the dictionary held at some moment. */
    record Mark(int series, int symbols) {}

    Mark mark() {
        return new Mark(size, symbols.size());
    }

    /** The number of this series, -1 when it has none yet. */
    int find(long fingerprint) {
        return numbersPlusOne[slot(fingerprint)] - 1;
    }

    /** Number a series that has no number yet, and write its definition. */
    int define(Series added, ByteSink definitions) {
        var labels = added.labels();
        definitions.putVarint(labels.size());
        for (int i = 0; i < labels.size(); i++) {
            putSymbol(labels.name(i), definitions);
            putSymbol(labels.value(i), definitions);
        }
        return add(added);
    }

    private void putSymbol(String symbol, ByteSink definitions) {
        Integer number = symbolNumbers.get(symbol);
        if (number != null) {
            definitions.putVarint(number + 1L);
            return;
        }
        symbolNumbers.put(symbol, symbols.size());
        symbols.add(symbol);
        definitions.putVarint(0);
        definitions.putString(symbol);
    }

    private int add(Series added) {
        @Nullable Series[] held = series;
        if (size == held.length) {
            held = Arrays.copyOf(held, size * 2);
            series = held; // volatile: a reader that sees the new array sees its content
            grow();
        }
        held[size] = added;
        put(added.fingerprint().value(), size);
        return size++;
    }

    private void grow() {
        fingerprints = new long[fingerprints.length * 2];
        numbersPlusOne = new int[fingerprints.length];
        @Nullable Series[] held = series;
        for (int number = 0; number < size; number++) {
            put(at(held, number).fingerprint().value(), number);
        }
    }

    private void put(long fingerprint, int number) {
        int slot = slot(fingerprint);
        fingerprints[slot] = fingerprint;
        numbersPlusOne[slot] = number + 1;
    }

    private int slot(long fingerprint) {
        int mask = fingerprints.length - 1;
        int slot = (int) fingerprint & mask;
        while (numbersPlusOne[slot] != 0 && fingerprints[slot] != fingerprint) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    /**
     * Forget what was added since. Slots can simply be freed, because taking away the youngest entries in reverse
     * order never breaks the probing of older ones.
     */
    void rollBack(Mark mark) {
        @Nullable Series[] held = series;
        while (size > mark.series()) {
            size--;
            numbersPlusOne[slot(at(held, size).fingerprint().value())] = 0;
        }
        while (symbols.size() > mark.symbols()) {
            symbolNumbers.remove(symbols.removeLast());
        }
    }

    @Override
    public Series series(int number) throws CorruptRecordException {
        @Nullable Series[] held = series;
        Series found = number >= 0 && number < held.length ? held[number] : null;
        if (found == null) {
            throw new CorruptRecordException("series %d is not defined".formatted(number));
        }
        return found;
    }

    private static Series at(@Nullable Series[] held, int number) {
        Series found = held[number];
        if (found == null) {
            throw new AssertionError("series " + number + " of the dictionary is missing");
        }
        return found;
    }
}
