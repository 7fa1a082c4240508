package tocsin.web.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tocsin.signal.SampleBatch;
import tocsin.signal.Series;
import tocsin.signal.Staleness;

/** Judged by the conditions of rules/janus, written down here again so that a change of either side is noticed. */
class JanusDeploymentTest {
    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    private static final Duration STEP = Duration.ofSeconds(2);

    private record Point(Instant time, double value) {}

    /** The samples of the latest ten minutes, and the windows over them that rules use. */
    private static final class Windows {
        private final Map<Series, Deque<Point>> points = new HashMap<>();
        private Instant now = START;

        void add(Instant time, SampleBatch batch) {
            now = time;
            for (int i = 0; i < batch.size(); i++) {
                var of = points.computeIfAbsent(batch.series(i), series -> new ArrayDeque<>());
                of.add(new Point(time, batch.value(i)));
                while (of.getFirst().time.isBefore(time.minusSeconds(600))) {
                    of.removeFirst();
                }
            }
        }

        private List<Point> window(Series series, int seconds) {
            return points.get(series).stream()
                    .filter(point -> point.time.isAfter(now.minusSeconds(seconds)))
                    .toList();
        }

        double average(Series series, int seconds) {
            return window(series, seconds).stream()
                    .mapToDouble(Point::value)
                    .average()
                    .orElse(Double.NaN);
        }

        /** Without Prometheus' extrapolation to the window's ends, so a little low while the window fills. */
        double rate(Series series, int seconds) {
            var window = window(series, seconds);
            return window.size() < 2
                    ? Double.NaN
                    : (window.getLast().value - window.getFirst().value) / (seconds - STEP.toSeconds());
        }

        boolean any(String metric, Predicate<Series> condition) {
            return points.keySet().stream()
                    .anyMatch(series -> series.metric().equals(metric) && condition.test(series));
        }

        Set<String> breached() {
            var rules = new HashSet<String>();
            check(rules, "janus.cost-runaway", "janus_cost_usd_total", series -> rate(series, 60) > 0.02);
            check(rules, "janus.errors-high", "janus_request_errors_total", series -> rate(series, 60) > 1);
            check(
                    rules,
                    "janus.memory-store-down",
                    "janus_memory_store_up",
                    series -> points.get(series).getLast().value == 0);
            check(
                    rules,
                    "janus.vector-store-slow",
                    "janus_vector_store_latency_seconds",
                    series -> average(series, 60) > 0.5);
            check(
                    rules,
                    "janus.graph-store-slow",
                    "janus_graph_store_latency_seconds",
                    series -> average(series, 60) > 1);
            check(
                    rules,
                    "janus.latency-high",
                    "janus_request_latency_seconds",
                    series -> "0.99".equals(series.labels().get("quantile")) && average(series, 30) > 2);
            check(
                    rules,
                    "janus.no-requests",
                    "janus_requests_total",
                    series -> window(series, 60).size() == 30 // full: a series that begins may stand still for seconds
                            && window(series, 60).getLast().value > 0
                            && rate(series, 60) == 0);
            return rules;
        }

        private void check(Set<String> rules, String rule, String metric, Predicate<Series> condition) {
            if (any(metric, condition)) {
                rules.add(rule);
            }
        }
    }

    @Test
    void advance_givesTheSameForTheSameSeedTimesAndFaults() {
        assertThat(story(7)).isEqualTo(story(7)).isNotEqualTo(story(8));
    }

    private static List<String> story(long seed) {
        var deployment = new JanusDeployment("d", seed, START);
        var story = new ArrayList<String>();
        for (int i = 0; i < 50; i++) {
            var batch = deployment.advance(
                    START.plus(STEP.multipliedBy(i)), i > 20 ? EnumSet.of(Fault.ERROR_BURST) : Set.of());
            for (int j = 0; j < batch.size(); j++) {
                story.add(batch.series(j) + " " + batch.value(j) + " @" + batch.timeMillis(j));
            }
        }
        return story;
    }

    /** A whole day, because traffic follows the day. */
    @Test
    void advance_breachesNothingInNormalOperation() {
        var deployment = new JanusDeployment("d", 1, START);
        var windows = new Windows();
        double spentAtHour = 0;
        for (int i = 0; i < 43_200; i++) {
            var now = START.plus(STEP.multipliedBy(i));
            windows.add(now, deployment.advance(now, Set.of()));
            if (i % 60 == 0) {
                assertThat(windows.breached()).as(now.toString()).isEmpty();
            }
            if (i % 1800 == 0) {
                double spent = dearest(windows);
                assertThat(spent - spentAtHour)
                        .as("dollars in the hour before " + now)
                        .isLessThan(18);
                spentAtHour = spent;
            }
        }
        assertThat(spentAtHour).as("dollars a day for the dearest model").isBetween(50.0, 300.0);
    }

    private static double dearest(Windows windows) {
        return windows.points.entrySet().stream()
                .filter(entry -> entry.getKey().metric().equals("janus_cost_usd_total"))
                .mapToDouble(entry -> entry.getValue().getLast().value)
                .max()
                .orElseThrow();
    }

    /** At the quietest hour, where it takes longest, and for some seeds. */
    @ParameterizedTest
    @EnumSource(value = Fault.class, names = "TRAFFIC_STOP", mode = EnumSource.Mode.EXCLUDE)
    void advance_breachesTheRuleOfAFaultWithin15SecondsAndNoOther(Fault fault) {
        for (long seed = 1; seed <= 20; seed++) {
            var start = Instant.parse("2026-03-01T02:00:00Z");
            var deployment = new JanusDeployment("d", seed, start);
            var windows = new Windows();
            for (int i = 0; i <= 37; i++) {
                var now = start.plus(STEP.multipliedBy(i));
                windows.add(now, deployment.advance(now, i >= 30 ? EnumSet.of(fault) : Set.of()));
                if (i == 29) {
                    assertThat(windows.breached()).isEmpty();
                }
            }
            assertThat(windows.breached()).as("seed " + seed).containsExactly(fault.rule());
        }
    }

    @Test
    void advance_stopsTrafficForTheRuleThatLooksAMinuteBack() {
        var deployment = new JanusDeployment("d", 1, START);
        var windows = new Windows();
        for (int i = 0; i < 200; i++) {
            var now = START.plus(STEP.multipliedBy(i));
            windows.add(now, deployment.advance(now, i >= 150 ? EnumSet.of(Fault.TRAFFIC_STOP) : Set.of()));
        }
        assertThat(windows.breached()).containsExactly("janus.no-requests");
    }

    @Test
    void advance_countsNeverFallAndErrorsNeverExceedRequests() {
        var deployment = new JanusDeployment("d", 3, START);
        var last = new HashMap<Series, Double>();
        for (int i = 0; i < 500; i++) {
            var batch = deployment.advance(
                    START.plus(STEP.multipliedBy(i)),
                    EnumSet.allOf(Fault.class).stream()
                            .filter(fault -> fault != Fault.TRAFFIC_STOP)
                            .collect(Collectors.toSet()));
            for (int j = 0; j < batch.size(); j++) {
                assertThat(batch.value(j))
                        .as(batch.series(j).toString())
                        .isFinite()
                        .isNotNegative();
                if (batch.series(j).metric().endsWith("_total")) {
                    var before = last.put(batch.series(j), batch.value(j));
                    assertThat(batch.value(j)).isGreaterThanOrEqualTo(before == null ? 0 : before);
                }
            }
        }
        for (String type : List.of("chat", "agent_task", "retrieval", "tool_call")) {
            assertThat(last.get(Series.of("janus_request_errors_total", "deployment", "d", "type", type)))
                    .isLessThanOrEqualTo(last.get(Series.of("janus_requests_total", "deployment", "d", "type", type)));
        }
    }

    @Test
    void end_marksEverySeriesThatWasEverSent() {
        var deployment = new JanusDeployment("d", 1, START);
        var seen = new HashSet<Series>();
        var batch = deployment.advance(START, Set.of());
        for (int i = 0; i < batch.size(); i++) {
            seen.add(batch.series(i));
        }
        var end = deployment.end(START.plusSeconds(2));
        for (int i = 0; i < end.size(); i++) {
            assertThat(Staleness.isMarker(end.value(i))).isTrue();
            assertThat(seen.remove(end.series(i))).isTrue();
        }
        assertThat(seen).isEmpty();
    }
}
