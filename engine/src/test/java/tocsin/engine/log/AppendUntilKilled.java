package tocsin.engine.log;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import tocsin.signal.Batches;
import tocsin.signal.LogPosition;

/** A program that appends from several threads and prints the number of each batch once it is acknowledged. */
final class AppendUntilKilled {
    /** What a line of output begins with when it is the number of an acknowledged batch. */
    static final String ACKNOWLEDGED = "acknowledged ";

    private static final int THREADS = 3;

    private AppendUntilKilled() {}

    public static void main(String[] arguments) throws IOException {
        var random = new Random(Long.parseLong(arguments[1]));
        var settings = Settings.in(Path.of(arguments[0]))
                .segmentBytes(4096)
                .syncInterval(Duration.ofMillis(random.nextInt(3) * 5L));
        var log = SegmentFileLog.open(settings.build(), InstantSource.system(), new SimpleMeterRegistry());
        for (int thread = 0; thread < THREADS; thread++) {
            long base = (Long.parseLong(arguments[1]) * THREADS + thread) * 1_000_000_000;
            int unacknowledged = 1 + random.nextInt(20);
            Thread.ofPlatform().start(() -> append(log, base, unacknowledged));
        }
        int _ = System.in.read(); // returns when the test is gone without having killed this process
        Runtime.getRuntime().halt(1);
    }

    private static void append(SegmentFileLog log, long base, int unacknowledged) {
        var last = CompletableFuture.completedFuture(LogPosition.START);
        for (long i = 0; ; i++) {
            long number = base + i;
            last = log.append(Batches.numbered(number)).whenComplete((position, failure) -> {
                if (failure == null) {
                    System.out.println(ACKNOWLEDGED + number);
                }
            });
            if (i % unacknowledged == 0) {
                last.join();
            }
        }
    }
}
