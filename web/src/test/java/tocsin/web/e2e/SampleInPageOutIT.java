package tocsin.web.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import tocsin.signal.SampleBatch;
import tocsin.signal.Series;

/** The main job, from outside: a sample comes in by remote write, and a page goes out by webhook. */
@TestInstance(Lifecycle.PER_CLASS)
class SampleInPageOutIT {
    private static final String RULE = """
            rule "%s"
                @severity(high)
                @summary("{{queue}} holds {{value}} messages")
            when
                $queue : Series(metric == "%s", value > 100)
            then
                raise($queue);
            end
            """;

    private TocsinProcess tocsin;
    private Inbox inbox;

    @BeforeAll
    void start(@TempDir Path data) throws Exception {
        inbox = new Inbox();
        tocsin = TocsinProcess.start(data);
        tocsin.webhook("phone", inbox.url());
    }

    @AfterAll
    void stop() throws Exception {
        tocsin.close();
        inbox.close();
    }

    @Test
    void aBreachIsPagedAnsweredAndOver() throws Exception {
        tocsin.publish("mail.queue", RULE.formatted("mail.queue", "mail_queue_length"));

        assertThat(tocsin.send(sample("mail_queue_length", 250))).isEqualTo(204);
        TocsinProcess.await(
                "the page",
                Duration.ofSeconds(20),
                () -> !told("mail.queue", "alert.firing").isEmpty());
        var page = told("mail.queue", "alert.firing").getFirst().body();
        assertThat(page.path("title").asString()).isEqualTo("[HIGH] mail.queue: in holds 250 messages");
        String id = page.path("alert").asString();

        var taken = tocsin.call("POST", "/api/v1/alerts/" + id + "/acknowledge", Map.of("note", "looking"));
        assertThat(taken.statusCode()).isEqualTo(200);
        TocsinProcess.await(
                "word that somebody has it",
                Duration.ofSeconds(20),
                () -> !told("mail.queue", "alert.acknowledged").isEmpty());

        assertThat(tocsin.send(sample("mail_queue_length", 3))).isEqualTo(204);
        TocsinProcess.await(
                "word that it is over",
                Duration.ofSeconds(20),
                () -> !told("mail.queue", "alert.resolved").isEmpty());

        var story = tocsin.json("/api/v1/alerts/" + id);
        assertThat(StreamSupport.stream(story.path("transitions").spliterator(), false)
                        .map(step -> step.path("to").asString()))
                .containsExactly("firing", "acknowledged", "resolved");
        assertThat(told("mail.queue", "alert.firing")).hasSize(1);
    }

    @Test
    void badInputIsRefusedWithTheReasonAndHarmsNothing() throws Exception {
        var refused = tocsin.call("POST", "/api/v1/metrics", List.of(Map.of("name", "", "value", 1)));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("[0]: series {} has no metric name");

        var rule = tocsin.call(
                "PUT", "/api/v1/rules/bad.rule", Map.of("source", "rule \"bad.rule\" when eval(true) then end"));
        assertThat(rule.statusCode()).isEqualTo(400);
        assertThat(rule.body()).contains("\"line\":1");
        assertThat(tocsin.get("/api/v1/rules/bad.rule").statusCode()).isEqualTo(404);

        var channel = tocsin.call("PUT", "/api/v1/channels/bad", Map.of("type", "pigeon"));
        assertThat(channel.statusCode()).isEqualTo(400);
        assertThat(channel.body()).contains("use one of");
    }

    @Test
    void theHostAndTocsinReportByThemselves() throws Exception {
        TocsinProcess.await(
                "a rule of the host pack to see its series",
                Duration.ofSeconds(60),
                () -> tocsin.json("/api/v1/rules/host.cpu-saturated")
                                .path("matchedSeries")
                                .asInt()
                        > 0);
        assertThat(tocsin.get("/actuator/prometheus").body()).contains("tocsin_log_samples_total");
    }

    private List<Inbox.Received> told(String rule, String event) {
        return inbox.received(event).stream()
                .filter(call ->
                        call.body().path("facts").path("rule").asString().equals(rule))
                .toList();
    }

    private static SampleBatch sample(String metric, double value) {
        return SampleBatch.builder(1)
                .add(Series.of(metric, "queue", "in"), Instant.now().toEpochMilli(), value)
                .build();
    }
}
