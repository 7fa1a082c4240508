package tocsin.ingest.json;

import static org.assertj.core.api.Assertions.assertThat;
import static tocsin.ingest.Answers.rejected;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tocsin.ingest.Accepted;
import tocsin.ingest.Answers;
import tocsin.ingest.IngestLimits;
import tocsin.ingest.RejectedException.Full;
import tocsin.ingest.RejectedException.TooLarge;
import tocsin.ingest.Stored;
import tocsin.signal.InMemorySignalLog;
import tocsin.signal.LogFullException;
import tocsin.signal.Series;

class JsonMetricReceiverTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final long T = NOW.toEpochMilli();
    private static final Series QUEUE = Series.of("queue_depth", "queue", "mail");

    private final InstantSource clock = InstantSource.fixed(NOW);
    private final InMemorySignalLog log = new InMemorySignalLog(clock);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final JsonMetricReceiver receiver = new JsonMetricReceiver(log, IngestLimits.DEFAULTS, clock, meters);

    private CompletableFuture<Accepted> send(String json) {
        return receiver.receive(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "{\"metrics\":[{\"name\":\"queue_depth\",\"labels\":{\"queue\":\"mail\"},\"value\":12.5,\"time\":\"2026-01-01T00:00:00Z\"}]}",
                "[{\"time\":\"2026-01-01T01:00:00+01:00\",\"value\":12.5,\"labels\":{\"queue\":\"mail\"},\"name\":\"queue_depth\"}]",
                "{\"name\":\"queue_depth\",\"labels\":{\"queue\":\"mail\"},\"value\":1.25e1,\"time\":1767225600000}",
                "{\"name\":\"queue_depth\",\"labels\":{\"queue\":\"mail\"},\"value\":12.5}",
                "{\"name\":\"queue_depth\",\"labels\":{\"queue\":\"mail\"},\"value\":12.5,\"time\":null}"
            })
    void receive_takesOneManyOrAListAndEveryFormOfTime(String json) {
        assertThat(send(json).join()).isEqualTo(new Accepted(1, 1));
        assertThat(Stored.in(log)).containsExactly(Stored.of(QUEUE, T, 12.5));
    }

    @Test
    void receive_takesMetricsWithoutLabelsAndSpecialValues() {
        send("[{\"name\":\"a\",\"value\":\"NaN\"},{\"name\":\"b\",\"value\":\"-Inf\"},{\"name\":\"c\",\"value\":-3}]")
                .join();

        assertThat(Stored.in(log))
                .containsExactly(
                        Stored.of(Series.of("a"), T, Double.NaN),
                        Stored.of(Series.of("b"), T, Double.NEGATIVE_INFINITY),
                        Stored.of(Series.of("c"), T, -3));
    }

    @Test
    void receive_storesAllOrNothingAndTellsEveryMistakeByItsPlace() {
        var rejection = rejected(send("""
                {"metrics":[
                  {"name":"good","value":1},
                  {"name":"a","value":"12"},
                  {"value":1},
                  {"name":"b"},
                  {"name":"c","value":1,"labels":{"x":5,"__name__":"y"}},
                  {"name":"d","value":1,"time":"yesterday"},
                  {"name":"e","value":1,"unit":"s"},
                  7]}
                """));

        assertThat(rejection.status()).isEqualTo(400);
        assertThat(rejection.getMessage())
                .startsWith("Nothing was stored: ")
                .contains("metrics[1].value: is a string; send a number, or one of \"NaN\", \"+Inf\", \"-Inf\"")
                .contains("metrics[2].name: is missing")
                .contains("metrics[3].value: is missing")
                .contains("metrics[4].labels.x: is not a string")
                .contains("metrics[4].labels.__name__: is not allowed")
                .contains("metrics[5].time: is neither like \"2026-01-01T00:00:00Z\" nor whole milliseconds since 1970")
                .contains("metrics[6].unit: is not a field of a metric")
                .contains("metrics[7]: is not an object")
                .doesNotContain("metrics[0]");
        assertThat(log.records()).isEmpty();
        assertThat(meters.get("tocsin.ingest.samples.refused").counter().count())
                .isEqualTo(8);
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"metrics":{}}                                        | metrics: is not an array
            {"metrics":[],"name":"m"}                             | the body has other fields beside "metrics"
            {}                                                    | name: is missing
            7                                                     | the body is not a metric
            []7                                                   | the body has something after its end
            {"name":"m","value":1                                 | not JSON at line 1 column
            {"name":"","value":1}                                 | has no metric name
            {"name":"m","value":null}                             | value: is not a number
            {"name":"m","value":[[1]]}                            | value: is not a number
            {"name":"m","value":1e999}                            | value: is larger than a double can hold
            {"name":"m","value":1,"time":1767225600}              | time: the sample of m{} at 1767225600 ms (1970-01-21
            {"name":"m","value":1,"time":99999999999999999999}    | time: is neither like
            {"name":"m","value":1,"time":"2026-01-01T00:11:00Z"}  | ahead of this server's clock
            {"name":"m","value":1,"labels":{"a":"\\u0000"}}       | value of label "a" that is not text
            {"name":"m","value":1,"labels":{"a":"\\ud800"}}       | value of label "a" that is not text
            {"name":"m","value":1,"labels":{"a":"1","a":"2"}}     | has label "a" twice
            {"name":"m","value":1,"labels":[]}                    | labels: is not an object of strings""")
    void receive_refuses(String json, String reason) {
        assertThat(rejected(send(json)))
                .hasMessageContaining(reason)
                .satisfies(e -> assertThat(e.status()).isEqualTo(400));
        assertThat(log.records()).isEmpty();
    }

    @Test
    void receive_tellsAtMostTenMistakes() {
        assertThat(rejected(send("[" + "7,".repeat(500) + "7]")))
                .hasMessageContaining("[9]: is not an object; and 491 more.");
    }

    @Test
    void receive_takesNothingAsNothing() {
        assertThat(send("{\"metrics\":[]}").join()).isEqualTo(new Accepted(0, 0));
    }

    @Test
    void receive_isNotHarmedByDepthOrSize() {
        assertThat(rejected(send("[".repeat(100_000)))).isInstanceOf(TooLarge.class);
        assertThat(rejected(send("{\"name\":\"m\",\"value\":1" + "0".repeat(1000) + "}")))
                .isInstanceOf(TooLarge.class);
        assertThat(rejected(send("{\"name\":\"" + "x".repeat(300) + "\",\"value\":1}"))
                        .status())
                .isEqualTo(400);
        assertThat(rejected(send("[" + "{\"name\":\"m\",\"value\":1},".repeat(250_001) + "7]")))
                .isInstanceOf(TooLarge.class);
        assertThat(rejected(send(" ".repeat((8 << 20) + 1)))).isInstanceOf(TooLarge.class);
    }

    @Test
    void receive_answersFullWhenTheLogIsFull() {
        log.refuseAppends(new LogFullException("full"));

        assertThat(rejected(send("{\"name\":\"m\",\"value\":1}"))).isInstanceOf(Full.class);
    }

    @RepeatedTest(200)
    void receive_survivesMutatedRequests(RepetitionInfo seed) {
        var random = new Random(seed.getCurrentRepetition());
        String json =
                "{\"metrics\":[{\"name\":\"queue_depth\",\"labels\":{\"queue\":\"mail\"},\"value\":12.5,\"time\":\"2026-01-01T00:00:00Z\"}]}";
        for (int i = 0; i < 20; i++) {
            byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
            for (int j = 1 + random.nextInt(4); j > 0; j--) {
                bytes[random.nextInt(bytes.length)] = (byte)
                        (random.nextBoolean() ? "[]{}\":,.0-eE\\u".charAt(random.nextInt(14)) : random.nextInt(256));
            }
            var answer = receiver.receive(new ByteArrayInputStream(bytes));
            if (answer.isCompletedExceptionally()) {
                assertThat(Answers.rejected(answer).getMessage()).startsWith("Nothing was stored");
            }
        }
    }
}
