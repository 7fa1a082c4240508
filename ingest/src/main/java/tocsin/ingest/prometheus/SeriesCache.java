package tocsin.ingest.prometheus;

import com.google.protobuf.CodedInputStream;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import tocsin.ingest.InvalidSeriesException;
import tocsin.ingest.Refusal;
import tocsin.ingest.SeriesRules;
import tocsin.signal.Series;

/**
 * Remembers the series of encoded labels. A sender repeats the same bytes with every sample, so that in steady state no
 * label is decoded and no string is made. A fixed table of small sets: a set that is full gives up one of its entries,
 * chosen by the hash of the newcomer. Only series that were acceptable are kept. Safe for concurrent use, without locks.
 */
final class SeriesCache {
    private static final int WAYS = 4;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final class Entry {
        private final long hash;
        private final byte[] labels;
        private final Series series;

        Entry(long hash, byte[] labels, Series series) {
            this.hash = hash;
            this.labels = labels;
            this.series = series;
        }

        boolean isOf(long wanted, byte[] bytes, int start, int end) {
            return hash == wanted && Arrays.equals(labels, 0, labels.length, bytes, start, end);
        }
    }

    private final AtomicReferenceArray<@Nullable Entry> table;
    private final SeriesRules rules;
    private final Counter misses;

    SeriesCache(int capacity, SeriesRules rules, MeterRegistry meters) {
        int sets = Integer.highestOneBit(Math.max(1, capacity / WAYS));
        this.table = new AtomicReferenceArray<>(sets * WAYS);
        this.rules = rules;
        this.misses = Counter.builder("tocsin.ingest.series.decoded")
                .description("Series whose labels had to be decoded because they were not remembered")
                .register(meters);
    }

    /** The series of these encoded labels. An {@link IOException} means that they are malformed. */
    Series series(byte[] bytes, int start, int end) throws IOException, InvalidSeriesException {
        long hash = hash(bytes, start, end);
        int set = (int) (hash >>> 32) & (table.length() / WAYS - 1);
        int free = -1;
        for (int i = set * WAYS; i < (set + 1) * WAYS; i++) {
            var entry = table.get(i);
            if (entry == null) {
                free = i;
            } else if (entry.isOf(hash, bytes, start, end)) {
                return entry.series;
            }
        }
        misses.increment();
        var series = rules.series(decode(bytes, start, end));
        int place = free >= 0 ? free : set * WAYS + (int) (hash & (WAYS - 1));
        table.set(place, new Entry(hash, Arrays.copyOfRange(bytes, start, end), series));
        return series;
    }

    private static List<String> decode(byte[] bytes, int start, int end) throws IOException, InvalidSeriesException {
        var in = CodedInputStream.newInstance(bytes, start, end - start);
        var labels = new ArrayList<String>();
        while (!in.isAtEnd()) {
            in.readTag(); // Wire.LABEL, or it would not be here
            int outer = in.pushLimit(in.readRawVarint32());
            byte[] name = {};
            byte[] value = {};
            while (!in.isAtEnd()) {
                int tag = in.readTag();
                if (tag == Wire.NAME) {
                    name = in.readByteArray();
                } else if (tag == Wire.VALUE) {
                    value = in.readByteArray();
                } else if (!in.skipField(tag)) {
                    throw new IOException("a group ends that never began");
                }
            }
            in.popLimit(outer);
            labels.add(text(name, labels));
            labels.add(text(value, labels));
        }
        return labels;
    }

    private static String text(byte[] utf8, List<String> before) throws InvalidSeriesException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder() // unlike new String, it reports what is not UTF-8
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidSeriesException(
                    Refusal.INVALID_LABEL,
                    "the series that begins %s has a label that is not UTF-8"
                            .formatted(SeriesRules.shown(before.toString())));
        }
    }

    /** Multiply and fold, eight bytes at a time. A collision costs a comparison, never a wrong series. */
    @SuppressWarnings("ConstantOverflow") // it calculates modulo 2^64
    static long hash(byte[] bytes, int start, int end) {
        long hash = (end - start) * 0x9E3779B97F4A7C15L;
        int at = start;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            hash = mix(hash ^ (long) LONG.get(bytes, at));
        }
        long tail = 0;
        for (; at < end; at++) {
            tail = tail << 8 | (bytes[at] & 0xFF);
        }
        return mix(hash ^ tail);
    }

    private static long mix(long value) {
        return Math.multiplyHigh(value, 0x9E3779B97F4A7C15L) ^ value * 0x9E3779B97F4A7C15L ^ Long.rotateLeft(value, 23);
    }
}
