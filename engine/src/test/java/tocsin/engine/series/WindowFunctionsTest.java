package tocsin.engine.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tocsin.rule.Durations;
import tocsin.rule.Window;

/** Samples come every 30 s from second 0 on. */
class WindowFunctionsTest {
    private final WindowFunctions functions = new WindowFunctions();

    private static SampleRing ring(String values) {
        var ring = new SampleRing();
        long time = 0;
        for (String value : values.split(" ")) {
            ring.add(time, Double.parseDouble(value), 100);
            time += 30_000;
        }
        return ring;
    }

    private double compute(String function, String length, double argument, String values, long second) {
        var window = new Window(Window.Function.valueOf(function), Durations.parse(length), argument);
        return functions.compute(window, ring(values), second * 1000, Long.MIN_VALUE);
    }

    /** Worked out by hand from the algorithm; the shapes were compared with promtool 2.42. */
    @ParameterizedTest(name = "{0} of {1} over {2} at {3} s is {4}")
    @CsvSource(delimiter = '|', textBlock = """
            INCREASE | 0 10 20 5 15 25         | 3m   | 160 | 48
            RATE     | 0 10 20 5 15 25         | 3m   | 160 | 0.26666666666666666
            INCREASE | 100 110 125 130 160 200 | 2m   | 160 | 100
            INCREASE | 100 110 125 130 160 200 | 100s | 145 | 58.333333333333336
            INCREASE | 100 110 125 130 160 200 | 10m  | 160 | 116.66666666666667
            INCREASE | 100 110 125 130 160 200 | 10m  | 200 | 120
            AVG      | 100 110 125 130 160 200 | 3m   | 160 | 137.5
            SUM      | 100 110 125 130 160 200 | 100s | 145 | 415
            MIN      | 4 NaN 2 8 6 1           | 3m   | 160 | 1
            MAX      | 4 NaN 2 8 6 1           | 3m   | 160 | 8
            MIN      | NaN NaN                 | 3m   | 60  | NaN
            AVG      | 4 NaN 2 8 6 1           | 3m   | 160 | NaN
            SUM      | 4 NaN 2 8 6 1           | 3m   | 160 | NaN
            COUNT    | 4 NaN 2 8 6 1           | 3m   | 160 | 6
            ABSENT   | 4 NaN 2 8 6 1           | 3m   | 160 | 0
            ABSENT   | 4 NaN 2 8 6 1           | 3m   | 400 | 1
            COUNT    | 4 NaN 2 8 6 1           | 3m   | 400 | 0""")
    void asPrometheus(String function, String values, String length, long second, double expected) {
        double actual = compute(function, length, 0, values, second);
        if (Double.isNaN(expected)) {
            assertThat(actual).isNaN();
            assertThat(WindowFunctions.isNoData(actual)).isFalse();
        } else {
            assertThat(actual).isCloseTo(expected, within(1e-9));
        }
    }

    @ParameterizedTest(name = "quantile {0} of {1} is {2}")
    @CsvSource({
        "0, 100 110 125 130 160 200, 100",
        "0.5, 100 110 125 130 160 200, 127.5",
        "0.9, 100 110 125 130 160 200, 180",
        "1, 100 110 125 130 160 200, 200",
        "0.5, 4 NaN 2 8 6 1, 3",
        "0.1, 4 NaN 2 8 6 1, NaN",
        "0.3, 7, 7"
    })
    void quantile(double quantile, String values, double expected) {
        double actual = compute("QUANTILE", "3m", quantile, values, 160);
        if (Double.isNaN(expected)) {
            assertThat(actual).isNaN();
        } else {
            assertThat(actual).isCloseTo(expected, within(1e-9));
        }
    }

    @ParameterizedTest
    @CsvSource({"AVG, 0", "MIN, 0", "MAX, 0", "SUM, 0", "RATE, 0", "INCREASE, 0", "QUANTILE, 0.5"})
    void anEmptyWindowSaysThatThereIsNoData(String function, double argument) {
        double actual = compute(function, "1m", argument, "1 2 3", 1000);
        assertThat(actual).isNaN();
        assertThat(WindowFunctions.isNoData(actual)).isTrue();
    }

    @Test
    void aRateNeedsTwoSamples() {
        assertThat(WindowFunctions.isNoData(compute("RATE", "20s", 0, "1 2 3", 65)))
                .isTrue();
    }

    @Test
    void aWindowIsOpenAtItsStartAndClosedAtItsEnd() {
        assertThat(compute("SUM", "1m", 0, "1 10 100 1000", 60)).isEqualTo(110);
    }

    @Test
    void aSampleFromTheFutureWaitsForItsTime() {
        assertThat(compute("MAX", "10m", 0, "1 2 300", 59)).isEqualTo(2);
        assertThat(compute("MAX", "10m", 0, "1 2 300", 60)).isEqualTo(300);
    }

    @Test
    void smallValuesBesideAGreatOneAreNotLost() {
        assertThat(compute("SUM", "1h", 0, "1 1e100 1 -1e100", 120)).isEqualTo(2);
        assertThat(compute("AVG", "1h", 0, "1.5e308 1.5e308", 120)).isEqualTo(1.5e308, within(1e295));
        assertThat(compute("AVG", "1h", 0, "Infinity 1", 120)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(compute("SUM", "1h", 0, "Infinity -Infinity", 120)).isNaN();
    }

    /** What could not come in because this process was down is not missed. */
    @Test
    void aPauseOfThisProcessIsNotASilenceOfTheSeries() {
        var ring = ring("1 2 3");
        var absent = new Window(Window.Function.ABSENT, Durations.parse("5m"), 0);
        var count = new Window(Window.Function.COUNT, Durations.parse("5m"), 0);
        long deafUntil = 600_000;
        assertThat(functions.compute(absent, ring, 700_000, deafUntil)).isNaN();
        assertThat(functions.compute(count, ring, 700_000, deafUntil)).isNaN();
        assertThat(functions.compute(absent, ring, 900_000, deafUntil)).isEqualTo(1);
        assertThat(functions.compute(count, ring, 900_000, deafUntil)).isZero();
        ring.add(690_000, 1, 100);
        assertThat(functions.compute(absent, ring, 700_000, deafUntil)).isZero();
    }

    /** Samples in any order, with repeats, end up as if they had come in order. */
    @RepeatedTest(100)
    void theOrderOfArrivalDoesNotMatter(RepetitionInfo seed) {
        var random = new Random(seed.getCurrentRepetition());
        var expected = new TreeMap<Long, Double>();
        var ring = new SampleRing();
        for (int i = 0; i < 200; i++) {
            long time = random.nextInt(150);
            double value = random.nextDouble();
            expected.put(time, value);
            ring.add(time, value, 1000);
            if (random.nextInt(20) == 0) {
                long until = random.nextInt(30);
                ring.removeUntil(until);
                expected.headMap(until, true).clear();
            }
        }
        assertThat(ring.copy().times())
                .containsExactly(
                        expected.keySet().stream().mapToLong(time -> time).toArray());
        assertThat(ring.copy().values())
                .containsExactly(
                        expected.values().stream().mapToDouble(value -> value).toArray());
    }

    @Test
    void aFullRingLosesItsOldest() {
        var ring = new SampleRing();
        for (int i = 0; i < 100; i++) {
            assertThat(ring.add(i, i, 40)).isEqualTo(i >= 40);
        }
        assertThat(ring.add(70, -1, 40)).isFalse();
        assertThat(ring.add(3, 3, 40)).describedAs("older than all").isTrue();
        assertThat(ring.size()).isEqualTo(40);
        assertThat(ring.time(0)).isEqualTo(60);
        assertThat(ring.value(10)).isEqualTo(-1);
    }
}
