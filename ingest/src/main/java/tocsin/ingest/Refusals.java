package tocsin.ingest;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What was refused while a request was read: all counted, a few told. For one thread. */
public final class Refusals {
    private static final int TOLD = 3;

    private final EnumMap<Refusal, Integer> counts = new EnumMap<>(Refusal.class);
    private final List<String> told = new ArrayList<>();
    private int problems;

    /** Note a problem that costs this many samples. */
    public void add(Refusal refusal, int samples, String sentence) {
        counts.merge(refusal, samples, Integer::sum);
        problems++;
        if (told.size() < TOLD) {
            told.add(sentence);
        }
    }

    /** Whether the time of a sample is acceptable; when not, that is noted. */
    public boolean acceptsTime(long timeMillis, Instant now, IngestLimits limits, Object series) {
        long ahead = timeMillis - now.toEpochMilli();
        if (timeMillis > 0 && ahead > limits.future().toMillis()) {
            add(Refusal.TOO_NEW, 1, late(series, timeMillis, ahead, "ahead of", limits.future()));
            return false;
        }
        if (timeMillis < now.toEpochMilli() - limits.age().toMillis()) {
            add(Refusal.TOO_OLD, 1, late(series, timeMillis, -ahead, "behind", limits.age()));
            return false;
        }
        return true;
    }

    private static String late(Object series, long timeMillis, long offMillis, String direction, Duration allowed) {
        return "the sample of %s at %d ms (%s) is %s %s this server's clock, %s is allowed; check that the time is in milliseconds and that both clocks are right"
                .formatted(
                        SeriesRules.shown(series.toString()),
                        timeMillis,
                        Instant.ofEpochMilli(timeMillis),
                        Duration.ofSeconds(offMillis / 1000),
                        direction,
                        allowed);
    }

    public boolean isEmpty() {
        return problems == 0;
    }

    /** Refused samples. */
    public int samples() {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** The first problem that was noted. */
    public String firstSentence() {
        return told.getFirst();
    }

    Map<Refusal, Integer> counts() {
        return counts;
    }

    /** The answer for a request of which so many samples were stored in spite of the refusals. */
    RejectedException.BadInput toRejection(int acceptedSamples) {
        int refused = samples();
        String rest = problems > told.size() ? "; and " + (problems - told.size()) + " more" : "";
        String kept = acceptedSamples == 0
                ? "Nothing was stored"
                : "%d samples were stored, %d were refused".formatted(acceptedSamples, refused);
        return new RejectedException.BadInput(kept + ": " + String.join("; ", told) + rest + ".", acceptedSamples);
    }
}
