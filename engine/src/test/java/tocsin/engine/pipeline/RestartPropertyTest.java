package tocsin.engine.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import tocsin.alert.InMemoryAlertStore;
import tocsin.alert.Transition;
import tocsin.engine.series.SeriesSettings;
import tocsin.rule.CompiledRule;
import tocsin.signal.InMemorySignalLog;
import tocsin.signal.LogPosition;
import tocsin.signal.LogRecord;
import tocsin.signal.SampleBatch;
import tocsin.signal.Series;
import tocsin.signal.Staleness;

/** However often detection is killed, what is stored in the end is what one uninterrupted run would have stored. */
class RestartPropertyTest {
    private static final Instant START = Instant.parse("2026-01-05T10:00:00Z");
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final List<CompiledRule> RULES =
            new ThresholdRules().compile("""
                    at.once metric=m expr=value op=> limit=7
                    held metric=m expr=value op=> limit=5 for=30s
                    kept metric=m expr=value op=> limit=5 keep=45s
                    average metric=m expr=avg:2m op=> limit=5 for=20s keep=10s
                    rate metric=m expr=rate:1m op=> limit=0.05
                    few metric=m expr=count:1m op=< limit=3 for=5s
                    silent metric=n expr=absent:40s op=> limit=0 for=10s
                    median metric=n expr=quantile:3m:0.5 op=> limit=4 for=1m""").rules();

    @RepeatedTest(100)
    void crashesChangeNothing(RepetitionInfo seed) {
        var random = new Random(seed.getCurrentRepetition());
        var log = randomLog(random);
        var uninterrupted = new InMemoryAlertStore();
        run(log, uninterrupted, null);
        var crashing = new InMemoryAlertStore();
        run(log, crashing, random);
        assertSame(lines(crashing), lines(uninterrupted));
    }

    /** Says where two runs part, with what came just before. */
    private static void assertSame(List<String> actual, List<String> expected) {
        for (int i = 0; i < Math.min(actual.size(), expected.size()); i++) {
            assertThat(actual.get(i))
                    .describedAs("after " + expected.subList(Math.max(0, i - 3), i))
                    .isEqualTo(expected.get(i));
        }
        assertThat(actual).hasSameSizeAs(expected);
    }

    private static List<String> lines(InMemoryAlertStore store) {
        return store.stored().stream().map(RestartPropertyTest::line).toList();
    }

    private static String line(Transition step) {
        return "%s %s %s %s->%s %d %s %s"
                .formatted(
                        Duration.between(START, step.at()),
                        step.alert().rule(),
                        step.alert().id(),
                        step.from(),
                        step.to(),
                        step.alert().revision(),
                        step.alert().summary(),
                        step.reason());
    }

    private static InMemorySignalLog randomLog(Random random) {
        var clock = new MovedClock(START);
        var log = new InMemorySignalLog(clock);
        var series = new ArrayList<Series>();
        for (int i = 0; i < 3; i++) {
            series.add(Series.of("m", "instance", "m" + i));
            series.add(Series.of("n", "instance", "n" + i));
        }
        for (int i = 0; i < 120; i++) {
            clock.forward(Duration.ofMillis(random.nextInt(3) == 0 ? random.nextInt(25_000) : random.nextInt(3_000)));
            var batch = SampleBatch.builder(4);
            for (int samples = random.nextInt(4); samples >= 0; samples--) {
                long late = random.nextInt(10) == 0 ? random.nextInt(20_000) : random.nextInt(200);
                batch.add(series.get(random.nextInt(series.size())), clock.millis() - late, randomValue(random));
            }
            log.append(batch.build()).join();
        }
        return log;
    }

    private static double randomValue(Random random) {
        return switch (random.nextInt(30)) {
            case 0 -> Double.NaN;
            case 1 -> Staleness.MARKER;
            default -> random.nextInt(11);
        };
    }

    /** What was decided and not stored yet. */
    private record Unstored(List<Transition> steps, LogPosition position) {}

    private static void run(InMemorySignalLog log, InMemoryAlertStore store, Random crashes) {
        var detector = started(log, store);
        var unstored = new ArrayList<Unstored>();
        long next = 0;
        while (next < log.end().value()) {
            LogRecord record = log.records().get((int) next);
            next++;
            unstored.add(new Unstored(detector.apply(record), new LogPosition(next)));
            idle(log, detector, record, next, unstored, crashes);
            if (crashes == null || crashes.nextInt(4) == 0) {
                storeSome(store, unstored, unstored.size());
            }
            if (crashes != null && crashes.nextInt(12) == 0) {
                storeSome(store, unstored, crashes.nextInt(unstored.size() + 1));
                unstored.clear();
                detector = started(log, store);
                next = store.evaluatedUpTo().value();
            }
        }
        storeSome(store, unstored, unstored.size());
    }

    /** Ticks that come while the log is quiet, as they do when detection is live. */
    private static void idle(
            InMemorySignalLog log,
            Detector detector,
            LogRecord record,
            long next,
            List<Unstored> unstored,
            Random crashes) {
        if (crashes != null && crashes.nextBoolean() && next < log.end().value()) {
            var following = log.records().get((int) next).appendedAt();
            long pause = Duration.between(record.appendedAt(), following).toMillis();
            var until = record.appendedAt().plusMillis((long) (pause * crashes.nextDouble()));
            unstored.add(new Unstored(detector.advance(until), new LogPosition(next)));
        }
    }

    private static void storeSome(InMemoryAlertStore store, List<Unstored> unstored, int count) {
        for (int i = 0; i < count; i++) {
            store.store(unstored.get(i).steps(), unstored.get(i).position());
        }
        unstored.subList(0, count).clear();
    }

    private static Detector started(InMemorySignalLog log, InMemoryAlertStore store) {
        var detector = new Detector(new ThresholdRules(), SeriesSettings.DEFAULT, TICK);
        detector.use(RULES, List.of());
        var warmUp = new WarmUp(log, store, new InMemoryHistory(), detector, DetectionSettings.DEFAULT, RULES);
        try {
            var steps = warmUp.run(_ -> {});
            assertThat(steps.stream().map(RestartPropertyTest::line))
                    .describedAs("steps of the restart itself")
                    .isEmpty();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return detector;
    }
}
