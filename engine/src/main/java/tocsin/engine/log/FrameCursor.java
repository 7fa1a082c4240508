package tocsin.engine.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/** Walks over the frames of a segment file and checks each one's checksum. Holds one frame in memory, or a chunk. */
final class FrameCursor implements Closeable {
    private static final int CHUNK_BYTES = 128 << 10;

    /** What lies at the cursor. */
    enum Found {
        /** A whole frame with the right checksum. */
        FRAME,
        /** The limit. */
        END,
        /** Something that is no frame, or not all of one. */
        BROKEN
    }

    private final FileChannel channel;
    private final CRC32C crc = new CRC32C();
    private byte[] bytes = new byte[CHUNK_BYTES];
    private long bytesAt; // place in the file of the first byte held
    private int held;
    private long offset;
    private int payloadLength;

    private FrameCursor(FileChannel channel, long offset) {
        this.channel = channel;
        this.offset = offset;
    }

    static FrameCursor open(Path file, long offset) throws IOException {
        return new FrameCursor(FileChannel.open(file, StandardOpenOption.READ), offset);
    }

    FileChannel channel() {
        return channel;
    }

    /** Where the frame begins that {@link #find} looks at. */
    long offset() {
        return offset;
    }

    void moveTo(long newOffset) {
        offset = newOffset;
    }

    /** Step over the frame that was found. */
    void step() {
        offset += RecordFormat.FRAME_HEADER_BYTES + payloadLength;
    }

    /** Look at the frame at the cursor, which must end at or before the limit. */
    Found find(long limit) throws IOException {
        if (offset >= limit) {
            return Found.END;
        }
        if (!lengthIsPlausible(limit)) {
            return Found.BROKEN;
        }
        hold(RecordFormat.FRAME_HEADER_BYTES + payloadLength, limit);
        int start = frameStart();
        int expected = ByteSource.intAt(bytes, start + Integer.BYTES);
        return RecordFormat.checksum(crc, bytes, start, payloadLength) == expected ? Found.FRAME : Found.BROKEN;
    }

    /** Move to the next good frame and say how many broken ones lay between; 0, without a move, when there is none. */
    int skipBroken(long limit) throws IOException {
        long start = offset;
        for (int broken = 1; lengthIsPlausible(limit); broken++) {
            step();
            if (find(limit) == Found.FRAME) {
                return broken;
            }
        }
        offset = start;
        return 0;
    }

    private boolean lengthIsPlausible(long limit) throws IOException {
        if (limit - offset < RecordFormat.FRAME_HEADER_BYTES + RecordFormat.MIN_PAYLOAD_BYTES) {
            return false;
        }
        hold(RecordFormat.FRAME_HEADER_BYTES, limit);
        payloadLength = ByteSource.intAt(bytes, frameStart());
        return payloadLength >= RecordFormat.MIN_PAYLOAD_BYTES
                && payloadLength <= RecordFormat.MAX_PAYLOAD_BYTES
                && payloadLength <= limit - offset - RecordFormat.FRAME_HEADER_BYTES;
    }

    byte[] array() {
        return bytes;
    }

    int payloadStart() {
        return frameStart() + RecordFormat.FRAME_HEADER_BYTES;
    }

    int payloadEnd() {
        return payloadStart() + payloadLength;
    }

    private int frameStart() {
        return (int) (offset - bytesAt);
    }

    /** Have so many bytes from the cursor on in memory, and more when they come along in the same chunk. */
    private void hold(int wanted, long limit) throws IOException {
        if (offset >= bytesAt && offset + wanted <= bytesAt + held) {
            return;
        }
        int capacity = Math.max(CHUNK_BYTES, wanted);
        var target = bytes.length == capacity ? bytes : new byte[capacity];
        int kept = offset >= bytesAt && offset < bytesAt + held ? (int) (bytesAt + held - offset) : 0;
        System.arraycopy(bytes, kept == 0 ? 0 : frameStart(), target, 0, kept);
        bytes = target;
        bytesAt = offset;
        held = kept;
        fill(wanted, (int) Math.min(capacity, limit - offset));
    }

    private void fill(int wanted, int most) throws IOException {
        var buffer = ByteBuffer.wrap(bytes);
        while (held < wanted) {
            // in chunks, because the JDK keeps a direct buffer as large as the largest read
            buffer.limit(Math.min(most, held + CHUNK_BYTES)).position(held);
            int count = channel.read(buffer, bytesAt + held);
            if (count < 0) {
                throw new CorruptRecordException(
                        "the file ends at byte %d, before byte %d".formatted(bytesAt + held, bytesAt + wanted));
            }
            held += count;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
