package tocsin.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** The real disk. */
final class FileDisk implements Disk {
    static final String UNFINISHED = ".tmp";

    @Override
    public Output create(Path file, ByteBuffer header) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + UNFINISHED);
        Files.deleteIfExists(unfinished); // a new file, and not one whose pages an error may have lost
        var channel = FileChannel.open(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            writeFully(channel, header);
            channel.force(true);
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            forceName(file);
            return new FileOutput(channel);
        } catch (IOException | RuntimeException e) {
            closeAfter(e, channel);
            throw e;
        }
    }

    /** Make the name of a file durable, which its own sync does not: a name is an entry of its directory. */
    static void forceName(Path file) throws IOException {
        Path directory = file.toAbsolutePath().resolveSibling("");
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void closeAfter(Exception failure, FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static final class FileOutput implements Output {
        private static final int CHUNK_BYTES = 256 << 10;

        private final FileChannel channel;
        // of our own, because the JDK would keep one per thread that is as large as the largest write
        private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);

        private FileOutput(FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public void write(byte[] bytes, int length) throws IOException {
            for (int from = 0; from < length; from += CHUNK_BYTES) {
                chunk.clear().put(bytes, from, Math.min(CHUNK_BYTES, length - from));
                writeFully(channel, chunk.flip());
            }
        }

        @Override
        public void force() throws IOException {
            channel.force(false);
        }

        @Override
        public void truncate(long size) throws IOException {
            channel.truncate(size);
            channel.force(true);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
