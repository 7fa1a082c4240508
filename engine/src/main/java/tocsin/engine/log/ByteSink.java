package tocsin.engine.log;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing array of bytes, used again and again so that appending makes no garbage. */
final class ByteSink {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** A sink that grew beyond this for one huge batch is made small again. */
    private static final int KEPT_BYTES = 4 << 20;

    private static final int FIRST_BYTES = 16 << 10;

    private byte[] bytes = new byte[FIRST_BYTES];
    private int size;

    byte[] array() {
        return bytes;
    }

    int size() {
        return size;
    }

    void clear() {
        size = 0;
        if (bytes.length > KEPT_BYTES) {
            bytes = new byte[FIRST_BYTES];
        }
    }

    void truncate(int newSize) {
        size = newSize;
    }

    /** Make room, so that this many bytes can be put without looking. */
    void ensure(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, more), bytes.length + (bytes.length >> 1)));
        }
    }

    void putByte(int value) {
        ensure(1);
        bytes[size++] = (byte) value;
    }

    void putInt(int value) {
        ensure(Integer.BYTES);
        INT.set(bytes, size, value);
        size += Integer.BYTES;
    }

    void setInt(int at, int value) {
        INT.set(bytes, at, value);
    }

    void putLong(long value) {
        ensure(Long.BYTES);
        LONG.set(bytes, size, value);
        size += Long.BYTES;
    }

    /** An unsigned number, seven bits to a byte, the lowest first. */
    void putVarint(long value) {
        ensure(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /** A signed number, folded so that small ones of either sign are short. */
    void putSignedVarint(long value) {
        putVarint((value << 1) ^ (value >> 63));
    }

    void putString(String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        putVarint(encoded.length);
        putBytes(encoded, encoded.length);
    }

    void putBytes(byte[] from, int length) {
        ensure(length);
        System.arraycopy(from, 0, bytes, size, length);
        size += length;
    }
}
