package tocsin.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tocsin.signal.Batches;
import tocsin.signal.LogPosition;
import tocsin.signal.LogReader;
import tocsin.signal.LogRecord;
import tocsin.signal.SignalLog;

/** What the tests of the log do again and again. */
final class LogFiles {
    private LogFiles() {}

    static LogPosition append(SignalLog log, long number) throws Exception {
        return log.append(Batches.numbered(number)).get(20, TimeUnit.SECONDS);
    }

    static void append(SignalLog log, long from, long to) throws Exception {
        for (long number = from; number < to; number++) {
            append(log, number);
        }
    }

    /** Everything that can be read from the oldest record on. */
    static List<LogRecord> records(SignalLog log) throws InterruptedException {
        try (var reader = log.read(log.oldest())) {
            return rest(reader);
        }
    }

    static List<LogRecord> rest(LogReader reader) throws InterruptedException {
        var records = new ArrayList<LogRecord>();
        for (var record = reader.poll(Duration.ZERO); record != null; record = reader.poll(Duration.ZERO)) {
            records.add(record);
        }
        return records;
    }

    static List<Long> numbers(List<LogRecord> records) {
        return records.stream().map(record -> Batches.number(record.samples())).toList();
    }

    static List<Long> numbers(SignalLog log) throws InterruptedException {
        return numbers(records(log));
    }

    static List<Long> positions(List<LogRecord> records) {
        return records.stream().map(record -> record.position().value()).toList();
    }

    /** The segment files, oldest first. */
    static List<Path> segments(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList();
        }
    }

    static void cut(Path file, long size) throws IOException {
        try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
            assertThat(channel.size()).isGreaterThanOrEqualTo(size);
            var _ = channel.truncate(size);
        }
    }

    /** Turn every bit of one byte. */
    static void corrupt(Path file, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] ^= (byte) 0xFF;
        Files.write(file, bytes);
    }
}
