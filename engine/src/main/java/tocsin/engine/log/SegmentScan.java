package tocsin.engine.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds out at start what the directory holds, and cuts what a crash has left unfinished. */
final class SegmentScan {
    private static final Logger logger = LoggerFactory.getLogger(SegmentScan.class);

    private final SegmentCatalog catalog;
    private final LogMeters meters;
    private long lastAppendedAtMillis = Long.MIN_VALUE;

    SegmentScan(SegmentCatalog catalog, LogMeters meters) {
        this.catalog = catalog;
        this.meters = meters;
    }

    /** Time of append of the newest record, {@link Long#MIN_VALUE} when there was none yet. */
    long lastAppendedAtMillis() {
        return lastAppendedAtMillis;
    }

    /** Put every segment into the catalog. Only the last one is read: a crash cannot have torn an older one. */
    void run(Path directory) throws IOException {
        var files = segmentFiles(directory);
        for (int i = 0; i < files.size(); i++) {
            long first = SegmentHeader.firstOf(files.get(i));
            if (i + 1 < files.size()) {
                addOlder(files.get(i), first, SegmentHeader.firstOf(files.get(i + 1)));
            } else {
                addLast(files.get(i), first);
            }
        }
    }

    private static List<Path> segmentFiles(Path directory) throws IOException {
        var files = new ArrayList<Path>();
        try (var entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (String.valueOf(entry.getFileName()).endsWith(".log" + FileDisk.UNFINISHED)) {
                    Files.delete(entry);
                } else if (SegmentHeader.firstOf(entry) >= 0) {
                    files.add(entry);
                }
            }
        }
        files.sort(Comparator.comparingLong(SegmentHeader::firstOf));
        return files;
    }

    private void addOlder(Path file, long first, long following) throws IOException {
        long notBefore = readHeader(file);
        catalog.add(new Segment(file, first, notBefore, following, Files.size(file), null));
    }

    private void addLast(Path file, long first) throws IOException {
        long notBefore = readHeader(file);
        long size = Files.size(file);
        long end = first;
        long bytes = SegmentHeader.BYTES;
        try (var cursor = FrameCursor.open(file, SegmentHeader.BYTES)) {
            while (true) {
                var found = cursor.find(size);
                if (found == FrameCursor.Found.FRAME) {
                    lastAppendedAtMillis = Math.max(
                            lastAppendedAtMillis, RecordFormat.appendedAtMillis(cursor.array(), cursor.payloadStart()));
                    cursor.step();
                    end++;
                } else {
                    int damaged = found == FrameCursor.Found.BROKEN ? cursor.skipBroken(size) : 0;
                    if (damaged == 0) {
                        break;
                    }
                    // good records follow, so this is not the tail; whoever reads it reports it
                    end += damaged;
                }
            }
            bytes = cursor.offset();
        }
        if (size > bytes) {
            logger.warn(
                    "The log segment {} ended in an unfinished record: cut {} bytes at byte {}. They were never acknowledged",
                    file,
                    size - bytes,
                    bytes);
            meters.tornBytes.increment((double) (size - bytes));
        }
        makeDurable(file, bytes);
        catalog.add(new Segment(file, first, notBefore, end, bytes, null));
    }

    /** What a killed process wrote and did not sync is read from now on, so it must not vanish any more. */
    private static void makeDurable(Path file, long bytes) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(bytes);
            channel.force(true);
        }
    }

    private long readHeader(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var header = SegmentHeader.read(file, channel);
            if (header == null) {
                logger.error("The header of the log segment {} is damaged; its records are read all the same", file);
            } else {
                lastAppendedAtMillis = Math.max(lastAppendedAtMillis, header.notBeforeMillis());
            }
        }
        return lastAppendedAtMillis;
    }
}
