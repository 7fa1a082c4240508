package tocsin.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What each segment file begins with.
 *
 * @param first position of the segment's first record; also the file's name
 * @param notBeforeMillis no record in the segment was appended before, and none in earlier segments after this time
 */
record SegmentHeader(long first, long notBeforeMillis) {
    static final int BYTES = 8 + Long.BYTES + Long.BYTES + Integer.BYTES;

    private static final byte[] MAGIC = "TOCSLOG1".getBytes(StandardCharsets.US_ASCII);
    private static final Pattern NAME = Pattern.compile("(\\d{19,20})\\.log");

    static String fileName(long first) {
        return "%020d.log".formatted(first);
    }

    /** The first position that a file's name tells, -1 when it is not the name of a segment. */
    static long firstOf(Path file) {
        var match = NAME.matcher(String.valueOf(file.getFileName()));
        return match.matches() ? Long.parseLong(match.group(1)) : -1;
    }

    ByteBuffer encode() {
        var buffer = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.put(MAGIC).putLong(first).putLong(notBeforeMillis);
        return buffer.putInt(checksum(buffer.array())).flip();
    }

    /**
     * The header of a file, null when it is damaged.
     *
     * @throws IllegalStateException when another version wrote it
     */
    static @Nullable SegmentHeader read(Path file, FileChannel channel) throws IOException {
        var buffer = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining() && channel.read(buffer, buffer.position()) > 0) {
            // until it is full or the file ends
        }
        if (buffer.hasRemaining() || buffer.getInt(BYTES - Integer.BYTES) != checksum(buffer.array())) {
            return null;
        }
        if (!buffer.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))) {
            throw new IllegalStateException("The log segment " + file
                    + " was written by another version of Tocsin. Start that version, or move the log away.");
        }
        return new SegmentHeader(buffer.getLong(8), buffer.getLong(16));
    }

    private static int checksum(byte[] header) {
        var crc = new CRC32C();
        crc.update(header, 0, BYTES - Integer.BYTES);
        return (int) crc.getValue();
    }
}
