package tocsin.engine.series;

import java.time.Duration;
import tocsin.rule.Window;

/**
 * How much live series may hold.
 *
 * @param maxSeries most series that are live at once. Samples of further ones are counted and skipped: they are in the
 *     log and in the database, but no rule sees them.
 * @param maxSamples most samples that one series keeps for its windows; past this the oldest go, and windows are
 *     shorter than a rule asked for
 * @param staleAfter how long a series that no rule matches stays listed after its last sample came in. Series that a
 *     rule matches stay for {@link Window#MAX_LENGTH}, so that their silence can be noticed.
 */
public record SeriesSettings(int maxSeries, int maxSamples, Duration staleAfter) {
    public static final SeriesSettings DEFAULT = new SeriesSettings(1_000_000, 100_000, Duration.ofMinutes(5));

    public SeriesSettings {
        if (maxSeries < 1) {
            throw new IllegalArgumentException("max-series is at least 1, not " + maxSeries);
        }
        if (maxSamples < 2) {
            throw new IllegalArgumentException("max-samples is at least 2, not " + maxSamples);
        }
        if (staleAfter.isNegative() || staleAfter.isZero()) {
            throw new IllegalArgumentException("stale-after is longer than nothing, not " + staleAfter);
        }
    }
}
