package tocsin.timescale;

import java.time.Duration;

/**
 * How samples are written and how long they are kept.
 *
 * @param flushEvery how often what came in is written, at round times of the clock. Longer makes fewer, larger blocks
 *     and a longer replay of the log after a restart; 1 s to 1 h
 * @param maxBufferedSamples samples held in memory while the database is away; past this the log holds the rest. A
 *     flush happens early at half of it
 * @param probeEvery how often the database is asked whether it is there, so that a return is noticed
 * @param rawRetention how long single samples are kept; older ones that come in are dropped
 * @param hourlyRetention how long hourly roll-ups are kept
 * @param dailyRetention how long daily roll-ups are kept
 * @param mostAhead samples further in the future than this are dropped: their sender's clock is wrong
 * @param settleAfter how long after its end an hour is merged and rolled up, so that late samples are in it
 * @param jobsEvery how often merging, roll-ups and retention look for work
 */
public record StorageSettings(
        Duration flushEvery,
        int maxBufferedSamples,
        Duration probeEvery,
        Duration rawRetention,
        Duration hourlyRetention,
        Duration dailyRetention,
        Duration mostAhead,
        Duration settleAfter,
        Duration jobsEvery) {
    public static final StorageSettings DEFAULT = new StorageSettings(
            Duration.ofMinutes(5),
            2_000_000,
            Duration.ofSeconds(1),
            Duration.ofDays(30),
            Duration.ofDays(400),
            Duration.ofDays(5 * 365),
            Duration.ofDays(1),
            Duration.ofMinutes(10),
            Duration.ofMinutes(1));

    public StorageSettings {
        between("flushEvery", flushEvery, Duration.ofSeconds(1), Duration.ofHours(1));
        if (maxBufferedSamples < 1000) {
            throw new IllegalArgumentException("maxBufferedSamples is at least 1000, not " + maxBufferedSamples);
        }
        between("probeEvery", probeEvery, Duration.ofMillis(10), Duration.ofMinutes(1));
        between("rawRetention", rawRetention, Duration.ofDays(1), Duration.ofDays(3650));
        between("hourlyRetention", hourlyRetention, rawRetention, Duration.ofDays(36500));
        between("dailyRetention", dailyRetention, hourlyRetention, Duration.ofDays(36500));
        between("mostAhead", mostAhead, Duration.ofMinutes(1), Duration.ofDays(7));
        between("settleAfter", settleAfter, Duration.ZERO, Duration.ofDays(1));
        between("jobsEvery", jobsEvery, Duration.ofSeconds(1), Duration.ofHours(1));
    }

    private static void between(String name, Duration actual, Duration least, Duration most) {
        if (actual.compareTo(least) < 0 || actual.compareTo(most) > 0) {
            throw new IllegalArgumentException("%s is between %s and %s, not %s".formatted(name, least, most, actual));
        }
    }
}
