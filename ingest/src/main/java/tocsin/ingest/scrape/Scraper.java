package tocsin.ingest.scrape;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tocsin.ingest.IngestLimits;
import tocsin.ingest.InvalidSeriesException;
import tocsin.ingest.Refusal;
import tocsin.ingest.SeriesRules;
import tocsin.ingest.scrape.ExpositionParser.Dialect;
import tocsin.label.Labels;
import tocsin.signal.SampleBatch;
import tocsin.signal.Series;
import tocsin.signal.Staleness;

/**
 * Pulls one target and remembers what it had last time, so that series which are gone get an end. One pull at a time.
 */
final class Scraper {
    private static final Logger LOG = LoggerFactory.getLogger(Scraper.class);
    private static final String ACCEPT =
            "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

    private final ScrapeTarget target;
    private final ScrapeSettings settings;
    private final IngestLimits limits;
    private final SeriesRules rules;
    private final HttpClient client;
    private final InstantSource clock;
    private final MeterRegistry meters;
    private final HttpRequest request;
    private final Map<String, String> targetLabels;

    private Set<Series> alive = new LinkedHashSet<>();
    private Map<List<String>, Series> known = new HashMap<>();
    private @Nullable String failure;

    Scraper(
            ScrapeTarget target,
            ScrapeSettings settings,
            IngestLimits limits,
            HttpClient client,
            InstantSource clock,
            MeterRegistry meters) {
        this.target = target;
        this.settings = settings;
        this.limits = limits;
        this.rules = new SeriesRules(limits);
        this.client = client;
        this.clock = clock;
        this.meters = meters;
        this.request = request(target);
        this.targetLabels = new HashMap<>(target.labels());
        targetLabels.put("job", target.job());
        targetLabels.put("instance", target.instance());
    }

    private static HttpRequest request(ScrapeTarget target) {
        var request = HttpRequest.newBuilder(target.url())
                .timeout(target.timeout())
                .header("Accept", ACCEPT)
                .header("User-Agent", "Tocsin");
        if (target.bearerToken() != null) {
            request.header("Authorization", "Bearer " + target.bearerToken());
        }
        return request.build();
    }

    /** What is to be stored after a pull that starts now. The future never fails: a failed pull is a result as well. */
    CompletableFuture<SampleBatch> scrape() {
        var start = clock.instant();
        var exchange =
                client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), settings.bodyBytes()));
        return exchange.copy()
                // the request's own timeout ends with the headers; a body may drip for ever
                .orTimeout(target.timeout().toMillis(), TimeUnit.MILLISECONDS)
                .handle((response, error) -> {
                    exchange.cancel(true);
                    return error == null ? understand(response, start) : failed(describe(error), start);
                });
    }

    private SampleBatch understand(HttpResponse<byte[]> response, Instant start) {
        if (response.statusCode() / 100 == 3) {
            return failed(
                    "it answered %d and points elsewhere; configure that address".formatted(response.statusCode()),
                    start);
        }
        if (response.statusCode() != 200) {
            return failed("it answered " + response.statusCode(), start);
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(response.body()))
                    .toString();
            var answer = new Answer(start);
            ExpositionParser.parse(text, dialect(response), answer::add);
            return succeeded(answer, start);
        } catch (CharacterCodingException e) {
            return failed("its answer is not UTF-8", start);
        } catch (ExpositionException e) {
            return failed("its answer is not in the exposition format, " + e.getMessage(), start);
        } catch (TooManySamplesException e) {
            return failed("its answer has more than " + settings.samples() + " samples", start);
        }
    }

    private static Dialect dialect(HttpResponse<?> response) {
        String type = response.headers().firstValue("Content-Type").orElse("").toLowerCase(Locale.ROOT);
        return type.startsWith("application/openmetrics-text") ? Dialect.OPEN_METRICS : Dialect.TEXT;
    }

    private static String describe(Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        return cause instanceof TimeoutException || cause instanceof java.net.http.HttpTimeoutException
                ? "it did not answer in time"
                : "it cannot be read: " + (cause.getMessage() == null ? cause.toString() : cause.getMessage());
    }

    private SampleBatch succeeded(Answer answer, Instant start) {
        var batch = answer.batch;
        end(alive, answer.series, start, batch);
        alive = answer.series;
        known = answer.known;
        note(answer.refusedReason);
        report(1, answer.scraped, start, batch);
        return batch.build();
    }

    private SampleBatch failed(String reason, Instant start) {
        var batch = SampleBatch.builder(alive.size() + 3);
        end(alive, Set.of(), start, batch);
        alive = new LinkedHashSet<>();
        note(reason);
        report(0, 0, start, batch);
        return batch.build();
    }

    /** What to store when the target is given up for good: an end for everything, the reports included. */
    SampleBatch end() {
        var batch = SampleBatch.builder(alive.size() + 3);
        var now = clock.instant();
        end(alive, Set.of(), now, batch);
        for (String metric : List.of("up", "scrape_duration_seconds", "scrape_samples_scraped")) {
            batch.add(reportSeries(metric), now.toEpochMilli(), Staleness.MARKER);
        }
        return batch.build();
    }

    private static void end(Set<Series> before, Set<Series> now, Instant at, SampleBatch.Builder batch) {
        for (var series : before) {
            if (!now.contains(series)) {
                batch.add(series, at.toEpochMilli(), Staleness.MARKER);
            }
        }
    }

    private void report(int up, int scraped, Instant start, SampleBatch.Builder batch) {
        long time = start.toEpochMilli();
        double seconds = Duration.between(start, clock.instant()).toNanos() / 1e9;
        batch.add(reportSeries("up"), time, up);
        batch.add(reportSeries("scrape_duration_seconds"), time, Math.max(0, seconds));
        batch.add(reportSeries("scrape_samples_scraped"), time, scraped);
        Counter.builder("tocsin.ingest.scrapes")
                .description("Pulls of scrape targets, by how they went")
                .tag("outcome", up == 1 ? "accepted" : "failed")
                .register(meters)
                .increment();
    }

    private Series reportSeries(String metric) {
        return new Series(Labels.of(targetLabels).with(Map.of(Labels.METRIC, metric)));
    }

    /** Tell of a failure when it begins, changes and ends. */
    private void note(@Nullable String reason) {
        if (reason != null && !reason.equals(failure)) {
            LOG.warn("Scrape target {}: {}", target, reason);
        } else if (reason == null && failure != null) {
            LOG.info("Scrape target {} is well again", target);
        }
        failure = reason;
    }

    private static final class TooManySamplesException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** The series of one answer, as it is read. */
    private final class Answer {
        private final Instant start;
        private final SampleBatch.Builder batch = SampleBatch.builder(alive.size() + 16);
        private final Set<Series> series = new LinkedHashSet<>();
        private final Map<List<String>, Series> known = new HashMap<>();
        private int scraped;
        private @Nullable String refusedReason;

        private Answer(Instant start) {
            this.start = start;
        }

        private void add(List<String> labels, double value, @Nullable Long timeMillis) {
            if (++scraped > settings.samples()) {
                throw new TooManySamplesException();
            }
            try {
                var of = known(labels);
                if (timeMillis == null) {
                    series.add(of); // as in Prometheus, a series with its own times ends by itself
                    batch.add(of, start.toEpochMilli(), value);
                } else if (isAcceptable(timeMillis)) {
                    batch.add(of, timeMillis, value);
                } else {
                    refuse(
                            timeMillis < start.toEpochMilli() ? Refusal.TOO_OLD : Refusal.TOO_NEW,
                            "it sends a sample of " + SeriesRules.shown(of.toString())
                                    + " whose time is too far from now; it is left out");
                }
            } catch (InvalidSeriesException e) {
                refuse(e.refusal(), e.getMessage() + "; it is left out");
            }
        }

        private boolean isAcceptable(long timeMillis) {
            return timeMillis >= start.minus(limits.age()).toEpochMilli()
                    && timeMillis <= start.plus(limits.future()).toEpochMilli();
        }

        private Series known(List<String> labels) throws InvalidSeriesException {
            var before = Scraper.this.known.get(labels);
            var of = before != null ? before : rules.series(withTargetLabels(labels));
            known.put(labels, of);
            return of;
        }

        private void refuse(Refusal refusal, String reason) {
            refusedReason = refusedReason == null ? reason : refusedReason;
            Counter.builder("tocsin.ingest.samples.refused")
                    .description("Samples that came in and were not taken, by reason")
                    .tag("protocol", "scrape")
                    .tag("reason", refusal.label())
                    .register(meters)
                    .increment();
        }
    }

    /** The target's labels win; what the target itself says under such a name is kept as {@code exported_...}. */
    private List<String> withTargetLabels(List<String> scraped) {
        var all = new ArrayList<String>(scraped.size() + targetLabels.size() * 2);
        for (int i = 0; i < scraped.size(); i += 2) {
            String name = scraped.get(i);
            while (targetLabels.containsKey(name) || (!name.equals(scraped.get(i)) && hasName(scraped, name))) {
                name = "exported_" + name;
            }
            all.add(name);
            all.add(scraped.get(i + 1));
        }
        targetLabels.forEach((name, value) -> {
            all.add(name);
            all.add(value);
        });
        return all;
    }

    private static boolean hasName(List<String> labels, String name) {
        for (int i = 0; i < labels.size(); i += 2) {
            if (labels.get(i).equals(name)) {
                return true;
            }
        }
        return false;
    }
}
