package tocsin.engine.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps a second process, or a second log in this one, from using the same directory. */
final class DirectoryLock implements Closeable {
    private static final String FILE = "lock";
    private static final int MAX_PID_BYTES = 20;

    /**
     * The directories that this process has locked. Needed because on Linux a process loses its lock on a file as soon
     * as it closes any of its channels to it, which a second attempt in the same process would do.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final FileChannel channel;

    private DirectoryLock(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /**
     * Lock an existing directory.
     *
     * @throws IllegalStateException when somebody else uses it
     */
    static DirectoryLock acquire(Path directory) throws IOException {
        Path real = directory.toRealPath();
        if (!HELD.add(real)) {
            throw inUse(directory, "this process (" + ProcessHandle.current().pid() + ")");
        }
        try {
            return lock(directory, real);
        } catch (IOException | RuntimeException e) {
            HELD.remove(real);
            throw e;
        }
    }

    private static DirectoryLock lock(Path directory, Path real) throws IOException {
        var channel = FileChannel.open(
                real.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw inUse(directory, "process " + read(channel));
            }
            write(channel, Long.toString(ProcessHandle.current().pid()));
            return new DirectoryLock(real, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static IllegalStateException inUse(Path directory, String by) {
        return new IllegalStateException(
                "The log directory %s is in use by %s. Stop that one, or give this one a data directory of its own."
                        .formatted(directory, by));
    }

    private static String read(FileChannel channel) throws IOException {
        var buffer = ByteBuffer.allocate(MAX_PID_BYTES);
        int _ = channel.read(buffer, 0);
        return StandardCharsets.UTF_8.decode(buffer.flip()).toString().strip();
    }

    private static void write(FileChannel channel, String text) throws IOException {
        channel.truncate(0);
        int _ = channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close(); // which releases the lock
        } finally {
            HELD.remove(directory);
        }
    }
}
