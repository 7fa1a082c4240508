package tocsin.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The process is killed during writes, again and again, and started again in the same directory. */
class SegmentFileLogKillTest {
    private static final int KILLS = 20;
    private static final int MOST_ACKNOWLEDGED = 600;

    @TempDir
    private Path directory;

    @Test
    @Timeout(120)
    void whatWasAcknowledgedSurvivesAKilledProcess() throws Exception {
        var acknowledged = new HashSet<Long>();
        for (int seed = 1; seed <= KILLS; seed++) {
            killAfter(1 + new Random(seed).nextInt(MOST_ACKNOWLEDGED), seed, acknowledged);
            verify(acknowledged);
        }
        assertThat(acknowledged).hasSizeGreaterThan(KILLS);
    }

    private void killAfter(int lines, int seed, Set<Long> acknowledged) throws Exception {
        var process = new ProcessBuilder(command(seed))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var output = process.inputReader()) {
            for (int i = 0; i < lines; i++) {
                add(output.readLine(), acknowledged);
            }
            process.destroyForcibly(); // SIGKILL
            addWholeLines(output, acknowledged);
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    private static void add(String line, Set<Long> acknowledged) {
        if (line.startsWith(AppendUntilKilled.ACKNOWLEDGED)) {
            acknowledged.add(Long.parseLong(line.substring(AppendUntilKilled.ACKNOWLEDGED.length())));
        }
    }

    /** What the process printed before it died. A line without its end may be half a number. */
    private static void addWholeLines(BufferedReader output, Set<Long> acknowledged) throws IOException {
        var line = new StringBuilder();
        try {
            for (int next = output.read(); next >= 0; next = output.read()) {
                if (next == '\n') {
                    add(line.toString(), acknowledged);
                    line.setLength(0);
                } else {
                    line.append((char) next);
                }
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("Stream closed"); // the JDK closes the pipe when the process ends
        }
    }

    private List<String> command(int seed) {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath,
                AppendUntilKilled.class.getName(),
                directory.toString(),
                Integer.toString(seed));
    }

    private void verify(Set<Long> acknowledged) throws InterruptedException {
        var settings = Settings.in(directory).segmentBytes(4096).build();
        try (var log = SegmentFileLog.open(settings, InstantSource.system(), new SimpleMeterRegistry())) {
            var records = LogFiles.records(log);
            var numbers = LogFiles.numbers(records);
            assertThat(new HashSet<>(numbers)).hasSameSizeAs(numbers); // none twice
            assertThat(new HashSet<>(numbers).containsAll(acknowledged))
                    .as("every acknowledged batch is there")
                    .isTrue();
            assertThat(LogFiles.positions(records))
                    .isEqualTo(LongStream.range(0, records.size()).boxed().toList());
        }
    }
}
