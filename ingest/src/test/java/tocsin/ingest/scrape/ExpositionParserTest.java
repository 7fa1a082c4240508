package tocsin.ingest.scrape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tocsin.ingest.Peers;
import tocsin.ingest.scrape.ExpositionParser.Dialect;

class ExpositionParserTest {
    private static final String TEXT = """
            # HELP http_requests_total The total number of HTTP requests.
            # TYPE http_requests_total counter
            http_requests_total{method="post",code="200"} 1027 1395066363000
            http_requests_total{method="post",code="400"}    3 1395066363000

            # A comment
            msdos_file_access_time_seconds{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot find file:\\n\\"FILE.TXT\\""} 1.458255915e9
            metric_without_timestamp_and_labels 12.47
            something_weird{problem="division by zero",} +Inf -3982045
            # TYPE http_request_duration_seconds histogram
            http_request_duration_seconds_bucket{le="0.05"} 24054
            http_request_duration_seconds_bucket{le="+Inf"} 144320
            http_request_duration_seconds_sum 53423
            http_request_duration_seconds_count 144320
            # TYPE rpc_duration_seconds summary
            rpc_duration_seconds{quantile="0.99"} NaN
            """;

    private static final String SPICE = "{}\",= \n\t\\#aE0-+\r\0é";

    private static final String OPEN_METRICS = """
            # TYPE acme_http_router_request_seconds summary
            # UNIT acme_http_router_request_seconds seconds
            # HELP acme_http_router_request_seconds Latency.
            acme_http_router_request_seconds_sum{path="/api/v1",method="GET"} 9036.32
            acme_http_router_request_seconds_count{path="/api/v1",method="GET"} 807283.0
            # TYPE foo histogram
            foo_bucket{le="0.01"} 0 1520879607.789 # {trace_id="a b"} 0.004 1520879607.789
            foo_bucket{le="+Inf"} 17
            foo_created 1520430000.123
            # EOF
            """;

    private static List<String> parse(String text, Dialect dialect) throws ExpositionException {
        var samples = new ArrayList<String>();
        ExpositionParser.parse(text, dialect, (labels, value, time) -> samples.add(labels + " " + value + " " + time));
        return samples;
    }

    @Test
    void parse_readsTheExampleOfTheTextFormat() throws ExpositionException {
        assertThat(parse(TEXT, Dialect.TEXT))
                .containsExactly(
                        "[__name__, http_requests_total, method, post, code, 200] 1027.0 1395066363000",
                        "[__name__, http_requests_total, method, post, code, 400] 3.0 1395066363000",
                        "[__name__, msdos_file_access_time_seconds, path, C:\\DIR\\FILE.TXT, error, Cannot find file:\n\"FILE.TXT\"] 1.458255915E9 null",
                        "[__name__, metric_without_timestamp_and_labels] 12.47 null",
                        "[__name__, something_weird, problem, division by zero] Infinity -3982045",
                        "[__name__, http_request_duration_seconds_bucket, le, 0.05] 24054.0 null",
                        "[__name__, http_request_duration_seconds_bucket, le, +Inf] 144320.0 null",
                        "[__name__, http_request_duration_seconds_sum] 53423.0 null",
                        "[__name__, http_request_duration_seconds_count] 144320.0 null",
                        "[__name__, rpc_duration_seconds, quantile, 0.99] NaN null");
    }

    @Test
    void parse_readsOpenMetricsWithTimesInSecondsAndSkipsExemplars() throws ExpositionException {
        assertThat(parse(OPEN_METRICS, Dialect.OPEN_METRICS))
                .containsExactly(
                        "[__name__, acme_http_router_request_seconds_sum, path, /api/v1, method, GET] 9036.32 null",
                        "[__name__, acme_http_router_request_seconds_count, path, /api/v1, method, GET] 807283.0 null",
                        "[__name__, foo_bucket, le, 0.01] 0.0 1520879607789",
                        "[__name__, foo_bucket, le, +Inf] 17.0 null",
                        "[__name__, foo_created] 1.520430000123E9 null");
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a.b"} 1                   | [__name__, a.b] 1.0 null
            {"a.b","x y"="z"} 1         | [__name__, a.b, x y, z] 1.0 null
            {__name__="a",b="c"} 1      | [__name__, a, b, c] 1.0 null
            a {b = "c" , d="e"} 1 2     | [__name__, a, b, c, d, e] 1.0 2
            a   1   2                   | [__name__, a] 1.0 2
            a{} 1                       | [__name__, a] 1.0 null
            a:b:c -1e-3                 | [__name__, a:b:c] -0.001 null
            collectd nan 5              | [__name__, collectd] NaN 5
            a{b="}{,=#"} 1              | [__name__, a, b, }{,=#] 1.0 null
            a{b="日本"} 1                | [__name__, a, b, 日本] 1.0 null
            a{b="\\d"} 1                | [__name__, a, b, \\d] 1.0 null""")
    void parse_tolerates(String line, String expected) throws ExpositionException {
        assertThat(parse(line + "\r\n", Dialect.TEXT)).containsExactly(expected.replace("\\\\", "\\"));
    }

    /** As Prometheus does when it scrapes; promtool alone is stricter. */
    @Test
    void parse_toleratesALastLineWithoutItsEnd() throws ExpositionException {
        assertThat(parse("a 1", Dialect.TEXT)).containsExactly("[__name__, a] 1.0 null");
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            <html>          | line 2: a name is expected at "<html>"
            a               | line 2: a value is missing
            a b             | line 2: "b" is not a value
            a 1d            | line 2: "1d" is not a value
            a 0x10          | line 2: "0x10" is not a value
            a 1 x           | line 2: "x" is not a time
            a 1 2 3         | line 2: there is something behind the value: "3"
            a{b} 1          | line 2: label "b" has no value
            a{b="c} 1       | line 2: a closing double quote is missing
            a{b="c"d="e"} 1 | line 2: between labels there must be a comma
            a{b="c"         | line 2: between labels there must be a comma
            {b="c"} 1       | line 2: there is no metric name
            1a 1            | line 2: a name is expected at "1a 1\"""")
    void parse_refuses(String line, String message) {
        assertThatThrownBy(() -> parse("up 1\n" + line + "\n", Dialect.TEXT)).hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a 1\n", "a 1\n# EOF\nb 1\n", "a 1 1e999999999\n# EOF\n", ""})
    void parse_refusesWhatOpenMetricsForbids(String text) {
        assertThatThrownBy(() -> parse(text, Dialect.OPEN_METRICS)).isInstanceOf(ExpositionException.class);
    }

    /** promtool judges with Prometheus' own parser whether a text is in the format at all. */
    @Test
    void parse_agreesWithPromtool() throws IOException, InterruptedException {
        var texts = List.of(
                TEXT.replace(" -3982045", ""),
                "a 1\n",
                "a{b=\"c\"} 1\n",
                "a{b=\"c\",} 1\n",
                "a{b} 1\n",
                "a\n",
                "a x\n",
                "a 1 x\n",
                "a 1 2 3\n",
                "a{b=\"c} 1\n",
                "1a 1\n",
                "a{b=\"c\"d=\"e\"} 1\n",
                "<html>\n",
                "a NaN\nb +Inf\nc -Inf\nd 1e5\ne .5\nf 5.\n");
        for (String text : texts) {
            assertThat(isAccepted(text)).as(text).isEqualTo(promtoolAccepts(text));
        }
    }

    private static boolean isAccepted(String text) {
        try {
            parse(text, Dialect.TEXT);
            return true;
        } catch (ExpositionException e) {
            return false;
        }
    }

    /** It ends with 1 when it cannot read the text, and with 0 or 3 when it could, 3 with advice about style. */
    private static boolean promtoolAccepts(String text) throws IOException, InterruptedException {
        var process = new ProcessBuilder(Peers.program("promtool").toString(), "check", "metrics")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var in = process.getOutputStream()) {
            in.write(text.getBytes(StandardCharsets.UTF_8));
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return process.exitValue() != 1;
    }

    @RepeatedTest(100)
    void parse_survivesMutatedText(RepetitionInfo seed) {
        var random = new Random(seed.getCurrentRepetition());
        for (int i = 0; i < 50; i++) {
            var text = new StringBuilder(random.nextBoolean() ? TEXT : OPEN_METRICS);
            for (int j = random.nextInt(8); j >= 0; j--) {
                int at = random.nextInt(text.length());
                text.setCharAt(at, SPICE.charAt(random.nextInt(SPICE.length())));
            }
            text.setLength(random.nextInt(text.length() + 1));
            try {
                parse(text.toString(), random.nextBoolean() ? Dialect.TEXT : Dialect.OPEN_METRICS)
                        .forEach(sample -> assertThat(sample).contains("__name__"));
            } catch (ExpositionException e) {
                assertThat(e).hasMessageStartingWith("line ");
            }
        }
    }
}
