package tocsin.ingest.scrape;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint to pull metrics from.
 *
 * @param job value of the label {@code job}
 * @param url where the metrics are, such as {@code http://db1:9187/metrics}
 * @param interval between two pulls
 * @param timeout longest time for one pull, from connecting to the last byte; at most the interval
 * @param labels added to every series; {@code instance} is the host and port of the URL unless it is given here
 * @param bearerToken sent with each pull; null for none
 */
public record ScrapeTarget(
        String job,
        URI url,
        Duration interval,
        Duration timeout,
        Map<String, String> labels,
        @Nullable String bearerToken) {
    private static final Pattern LABEL = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");

    public ScrapeTarget {
        labels = Map.copyOf(labels);
        if (job.isBlank()) {
            throw new IllegalArgumentException("the scrape target " + url + " has no job");
        }
        if (url.getHost() == null || !("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
            throw new IllegalArgumentException(
                    "the scrape target of job \"%s\" needs a URL like http://host:9100/metrics, not \"%s\""
                            .formatted(job, url));
        }
        if (interval.compareTo(Duration.ofMillis(100)) < 0) {
            throw new IllegalArgumentException(
                    "the interval of scrape target %s is at least 100 ms, not %s".formatted(url, interval));
        }
        if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(interval) > 0) {
            throw new IllegalArgumentException(
                    "the timeout of scrape target %s is longer than nothing and at most its interval %s, not %s"
                            .formatted(url, interval, timeout));
        }
        labels.keySet().forEach(name -> {
            if (!LABEL.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "label \"%s\" of scrape target %s is not a name".formatted(name, url));
            }
        });
    }

    /** Every 15 seconds, with 10 seconds of patience. */
    public static ScrapeTarget of(String job, URI url) {
        return new ScrapeTarget(job, url, Duration.ofSeconds(15), Duration.ofSeconds(10), Map.of(), null);
    }

    String instance() {
        String given = labels.get("instance");
        if (given != null) {
            return given;
        }
        int port = url.getPort() >= 0 ? url.getPort() : "https".equals(url.getScheme()) ? 443 : 80;
        return url.getHost() + ":" + port;
    }

    @Override
    public String toString() {
        String port = url.getPort() < 0 ? "" : ":" + url.getPort();
        // without the token, and without what may stand before the host or in the query
        return job + " at " + url.getScheme() + "://" + url.getHost() + port + url.getPath();
    }
}
