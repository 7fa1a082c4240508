package tocsin.web.series;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import tocsin.label.Fingerprint;
import tocsin.signal.Points;
import tocsin.signal.SampleHistory;
import tocsin.web.page.PageController;
import tocsin.web.page.Problems;

/** The points that a chart on a page is drawn from. Not part of the public API. */
@PageController
class SeriesPoints {
    static final int MAX_POINTS = 1500;

    /** Up to here each sample is looked at; beyond, averages are. */
    private static final Duration RAW_SPAN = Duration.ofDays(2);

    private static final Duration MAX_SPAN = Duration.ofDays(400);

    private final SampleHistory history;
    private final InstantSource clock;

    SeriesPoints(SampleHistory history, InstantSource clock) {
        this.history = history;
        this.clock = clock;
    }

    /**
     * What a chart draws.
     *
     * @param times milliseconds since 1970
     * @param values null where there is none
     */
    record Drawn(List<Long> times, List<@Nullable Double> values) {}

    @GetMapping("/series/{fingerprint}/points")
    ResponseEntity<Drawn> points(
            @PathVariable String fingerprint,
            @RequestParam(defaultValue = "0") long from,
            @RequestParam(defaultValue = "0") long to,
            @RequestParam(defaultValue = "600") int max,
            @RequestParam(defaultValue = "value") String expression) {
        long end = to == 0 ? clock.millis() : to;
        long start = from == 0 ? end - Duration.ofHours(1).toMillis() : from;
        if (end <= start || end - start > MAX_SPAN.toMillis()) {
            throw Problems.bad("The chart's span begins before it ends and is at most 400 days long.");
        }
        if (max < 10 || max > MAX_POINTS) {
            throw Problems.bad("A chart has 10 to 1500 points.");
        }
        var drawn = read(parse(fingerprint), parseExpression(expression), start, end, max);
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(drawn(drawn));
    }

    private Points read(Fingerprint series, Expression expression, long from, long to, int max) {
        var start = Instant.ofEpochMilli(from).minus(expression.reach());
        var end = Instant.ofEpochMilli(to);
        boolean raw = Duration.between(start, end).compareTo(RAW_SPAN) <= 0;
        var points =
                raw ? history.samples(series, start, end) : history.averages(series, start, end, step(start, end, max));
        return Downsampling.atMost(max, expression.apply(points, from, to, max));
    }

    private static Duration step(Instant start, Instant end, int max) {
        long seconds = Duration.between(start, end).toSeconds() / max;
        return Duration.ofMinutes(Math.max(1, (seconds + 59) / 60));
    }

    private static Fingerprint parse(String hex) {
        try {
            return Fingerprint.parse(hex);
        } catch (IllegalArgumentException wrong) {
            throw Problems.bad("\"" + hex + "\" is not the fingerprint of a series.");
        }
    }

    private static Expression parseExpression(String text) {
        try {
            return Expression.parse(text);
        } catch (IllegalArgumentException wrong) {
            throw Problems.bad(wrong.getMessage() + ".");
        }
    }

    private static Drawn drawn(Points points) {
        var values = new ArrayList<@Nullable Double>(points.size());
        for (double value : points.values()) {
            values.add(Double.isFinite(value) ? value : null);
        }
        return new Drawn(Arrays.stream(points.times()).boxed().toList(), values);
    }
}
