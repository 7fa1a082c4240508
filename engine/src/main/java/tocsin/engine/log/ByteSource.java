package tocsin.engine.log;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Reads what {@link ByteSink} wrote, and never past the end of it. */
final class ByteSource {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] bytes;
    private final int end;
    private int at;

    ByteSource(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    static int intAt(byte[] bytes, int at) {
        return (int) INT.get(bytes, at);
    }

    static long longAt(byte[] bytes, int at) {
        return (long) LONG.get(bytes, at);
    }

    int remaining() {
        return end - at;
    }

    int readByte() throws CorruptRecordException {
        need(1);
        return bytes[at++];
    }

    long readLong() throws CorruptRecordException {
        need(Long.BYTES);
        long value = (long) LONG.get(bytes, at);
        at += Long.BYTES;
        return value;
    }

    long readVarint() throws CorruptRecordException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            need(1);
            byte next = bytes[at++];
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new CorruptRecordException("a number has more than ten bytes");
    }

    long readSignedVarint() throws CorruptRecordException {
        long folded = readVarint();
        return (folded >>> 1) ^ -(folded & 1);
    }

    /** A number that counts things of at least so many bytes each, so that a false one cannot exhaust the memory. */
    int readCount(int bytesEach) throws CorruptRecordException {
        long count = readVarint();
        if (count < 0 || count > remaining() / bytesEach) {
            throw new CorruptRecordException("a count of %d does not fit in %d bytes".formatted(count, remaining()));
        }
        return (int) count;
    }

    String readString() throws CorruptRecordException {
        int length = readCount(1);
        var text = new String(bytes, at, length, StandardCharsets.UTF_8);
        at += length;
        return text;
    }

    /** What the next bytes hold, apart; this source goes on after them. */
    ByteSource readSection() throws CorruptRecordException {
        int length = readCount(1);
        var section = new ByteSource(bytes, at, at + length);
        at += length;
        return section;
    }

    private void need(int count) throws CorruptRecordException {
        if (end - at < count) {
            throw new CorruptRecordException("the record ends too early");
        }
    }
}
