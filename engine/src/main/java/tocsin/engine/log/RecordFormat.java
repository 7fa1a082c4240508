package tocsin.engine.log;

import java.util.zip.CRC32C;
import tocsin.signal.SampleBatch;

/** How a batch becomes the bytes of a record, and back; see {@code docs/log-format.md}. */
final class RecordFormat {
    /** Length and checksum, before each payload. */
    static final int FRAME_HEADER_BYTES = 8;

    /** Type and time of append: what every payload begins with. */
    static final int MIN_PAYLOAD_BYTES = 1 + Long.BYTES;

    /** The largest payload. A length beyond it is no length but damage. */
    static final int MAX_PAYLOAD_BYTES = 64 << 20;

    private static final byte SAMPLES = 1;

    /** Number, time and value of a sample at their longest. */
    private static final int MAX_SAMPLE_BYTES = 5 + 10 + Double.BYTES;

    private static final int MIN_SAMPLE_BYTES = 1 + 1 + Double.BYTES;

    private RecordFormat() {}

    /** The checksum of a frame covers its length too, so that a run of zeros is not taken for a frame. */
    static int checksum(CRC32C crc, byte[] bytes, int frameStart, int payloadLength) {
        crc.reset();
        crc.update(bytes, frameStart, Integer.BYTES);
        crc.update(bytes, frameStart + FRAME_HEADER_BYTES, payloadLength);
        return (int) crc.getValue();
    }

    static long appendedAtMillis(byte[] bytes, int payloadStart) {
        return ByteSource.longAt(bytes, payloadStart + 1);
    }

    /** Learn the definitions of a payload and leave its samples alone. */
    static void learn(byte[] bytes, int payloadStart, int payloadEnd, SeriesTable table) throws CorruptRecordException {
        table.learn(body(bytes, payloadStart, payloadEnd).readSection());
    }

    /** Read the samples of a payload whose definitions are known. */
    static SampleBatch decode(byte[] bytes, int payloadStart, int payloadEnd, SeriesNumbers known)
            throws CorruptRecordException {
        var source = body(bytes, payloadStart, payloadEnd);
        var _ = source.readSection();
        int count = source.readCount(MIN_SAMPLE_BYTES);
        var batch = SampleBatch.builder(count);
        long number = 0;
        long time = appendedAtMillis(bytes, payloadStart);
        for (int i = 0; i < count; i++) {
            number += source.readSignedVarint();
            time += source.readSignedVarint();
            batch.add(known.series((int) number), time, Double.longBitsToDouble(source.readLong()));
        }
        if (source.remaining() > 0) {
            throw new CorruptRecordException(source.remaining() + " bytes follow the last sample");
        }
        return batch.build();
    }

    private static ByteSource body(byte[] bytes, int payloadStart, int payloadEnd) throws CorruptRecordException {
        var source = new ByteSource(bytes, payloadStart, payloadEnd);
        int type = source.readByte();
        if (type != SAMPLES) {
            throw new CorruptRecordException("type %d is not known to this version".formatted(type));
        }
        var _ = source.readLong();
        return source;
    }

    /** Encodes batches for one thread. */
    static final class Encoder {
        private static final int KEPT_NUMBERS = 1 << 20;

        private final CRC32C crc = new CRC32C();
        private final ByteSink definitions = new ByteSink();
        private int[] numbers = new int[1024];

        /**
         * Put a batch as one frame.
         *
         * @throws IllegalArgumentException when it is too large; sink and dictionary are then as before
         */
        void encode(SampleBatch batch, long appendedAtMillis, SeriesDictionary dictionary, ByteSink sink) {
            var mark = dictionary.mark();
            definitions.clear();
            number(batch, dictionary);
            long bound = definitions.size() + (long) batch.size() * MAX_SAMPLE_BYTES + 64;
            if (bound > MAX_PAYLOAD_BYTES) {
                dictionary.rollBack(mark);
                throw new IllegalArgumentException(
                        "a batch of %d samples may need %d bytes, a record of the log has at most %d: send smaller batches"
                                .formatted(batch.size(), bound, MAX_PAYLOAD_BYTES));
            }
            int start = sink.size();
            sink.ensure((int) bound + FRAME_HEADER_BYTES);
            sink.putLong(0); // length and checksum, set below
            sink.putByte(SAMPLES);
            sink.putLong(appendedAtMillis);
            sink.putVarint(definitions.size());
            sink.putBytes(definitions.array(), definitions.size());
            putSamples(batch, appendedAtMillis, sink);
            int length = sink.size() - start - FRAME_HEADER_BYTES;
            sink.setInt(start, length);
            sink.setInt(start + Integer.BYTES, checksum(crc, sink.array(), start, length));
        }

        private void number(SampleBatch batch, SeriesDictionary dictionary) {
            if (numbers.length < batch.size() || numbers.length > KEPT_NUMBERS) {
                numbers = new int[Math.max(1024, batch.size())];
            }
            for (int i = 0; i < batch.size(); i++) {
                var series = batch.series(i);
                int number = dictionary.find(series.fingerprint().value());
                numbers[i] = number >= 0 ? number : dictionary.define(series, definitions);
            }
        }

        private void putSamples(SampleBatch batch, long appendedAtMillis, ByteSink sink) {
            sink.putVarint(batch.size());
            long lastNumber = 0;
            long lastTime = appendedAtMillis;
            for (int i = 0; i < batch.size(); i++) {
                long time = batch.timeMillis(i);
                sink.putSignedVarint(numbers[i] - lastNumber);
                sink.putSignedVarint(time - lastTime);
                sink.putLong(Double.doubleToRawLongBits(batch.value(i)));
                lastNumber = numbers[i];
                lastTime = time;
            }
        }
    }
}
