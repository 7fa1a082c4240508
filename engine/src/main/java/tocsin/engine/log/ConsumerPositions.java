package tocsin.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How far each consumer has come: a line for each in a small file, which is replaced as a whole. It is written some
 * time after the commit, because a forgotten one only makes a consumer read again. Safe for concurrent use.
 */
final class ConsumerPositions {
    private static final String FILE = "consumers";
    private static final Pattern LINE = Pattern.compile("([A-Za-z0-9._-]{1,100}) (\\d{1,19})");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,100}");

    private final Path file;
    private final TreeMap<String, Long> positions = new TreeMap<>();
    private boolean changed;

    /** Read the file, if there is one. */
    ConsumerPositions(Path directory) throws IOException {
        file = directory.resolve(FILE);
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                read(line);
            }
        }
    }

    private void read(String line) {
        var match = LINE.matcher(line);
        if (!match.matches()) {
            throw new IllegalStateException(
                    "The file %s is damaged at \"%s\". Delete it, and every consumer of the log reads again what is there."
                            .formatted(file, line));
        }
        positions.put(match.group(1), Long.parseLong(match.group(2)));
    }

    /** Remember a position, unless a later one is known. */
    synchronized void commit(String consumer, long position) {
        if (!NAME.matcher(consumer).matches()) {
            throw new IllegalArgumentException(
                    "consumer name \"%s\" is not allowed: use letters, digits, dots, underscores and hyphens, at most 100"
                            .formatted(consumer));
        }
        Long known = positions.get(consumer);
        if (known == null || known < position) {
            positions.put(consumer, position);
            changed = true;
        }
    }

    synchronized @Nullable Long committed(String consumer) {
        return positions.get(consumer);
    }

    synchronized void forget(String consumer) {
        changed |= positions.remove(consumer) != null;
    }

    /** The position of the consumer that is furthest behind, empty when there is no consumer. */
    synchronized OptionalLong earliest() {
        return positions.values().stream().mapToLong(Long::longValue).min();
    }

    synchronized OptionalLong latest() {
        return positions.values().stream().mapToLong(Long::longValue).max();
    }

    /** The consumers that are furthest behind, as people write it; empty when there are none. */
    synchronized String furthestBehind() {
        long earliest = earliest().orElse(-1);
        return positions.entrySet().stream()
                .filter(entry -> entry.getValue() == earliest)
                .map(entry -> '"' + entry.getKey() + '"')
                .collect(Collectors.joining(" and "));
    }

    /** Write the file if something has changed. */
    void flush() throws IOException {
        String text = changedText();
        if (text == null) {
            return;
        }
        try {
            write(text);
        } catch (IOException e) {
            markChanged();
            throw e;
        }
    }

    private synchronized @Nullable String changedText() {
        if (!changed) {
            return null;
        }
        changed = false;
        return positions.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue() + "\n")
                .collect(Collectors.joining());
    }

    private synchronized void markChanged() {
        changed = true;
    }

    private void write(String text) throws IOException {
        Path unfinished = file.resolveSibling(FILE + FileDisk.UNFINISHED);
        try (var channel = FileChannel.open(
                unfinished,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        FileDisk.forceName(file);
    }
}
