package tocsin.ingest.scrape;

import java.util.List;

/**
 * What is pulled, and how much of it at most.
 *
 * @param bodyBytes the largest answer of a target; past it the pull has failed
 * @param samples samples in one answer; past it the pull has failed
 */
public record ScrapeSettings(List<ScrapeTarget> targets, int bodyBytes, int samples) {
    /** No target may bring more than this many companions. */
    public static final int MAX_TARGETS = 1000;

    public ScrapeSettings {
        targets = List.copyOf(targets);
        if (targets.size() > MAX_TARGETS) {
            throw new IllegalArgumentException(
                    "there are %d scrape targets, %d are allowed".formatted(targets.size(), MAX_TARGETS));
        }
        if (bodyBytes < 1 || samples < 1) {
            throw new IllegalArgumentException(
                    "bodyBytes (%d) and samples (%d) of scraping must be at least 1".formatted(bodyBytes, samples));
        }
    }

    /** Up to 16 MiB and 100,000 samples. */
    public static ScrapeSettings of(List<ScrapeTarget> targets) {
        return new ScrapeSettings(targets, 16 << 20, 100_000);
    }
}
