package tocsin.ingest;

import java.time.Duration;

/**
 * How much one request may bring. What is over a limit is refused with a sentence that names the limit.
 *
 * @param bodyBytes the largest body, as it comes over the wire
 * @param decodedBytes the largest body after decompression
 * @param inFlightBytes decompressed bytes of all requests at work at the same moment; past it, requests answer 429
 * @param series series per request
 * @param samples samples per request
 * @param labels labels per series, the metric's name included
 * @param nameBytes the longest name of a metric or label, in bytes of UTF-8
 * @param valueBytes the longest value of a label, in bytes of UTF-8
 * @param future how far a sample's time may lie ahead of this machine's clock
 * @param age how old a sample may be
 * @param cachedSeries series whose labels are remembered in decoded form, to spare work; about 1 KB each
 */
public record IngestLimits(
        int bodyBytes,
        int decodedBytes,
        int inFlightBytes,
        int series,
        int samples,
        int labels,
        int nameBytes,
        int valueBytes,
        Duration future,
        Duration age,
        int cachedSeries) {

    /** Generous for one Prometheus server, and safe on a machine with half a gigabyte of heap. */
    public static final IngestLimits DEFAULTS = new IngestLimits(
            8 << 20,
            32 << 20,
            128 << 20,
            50_000,
            250_000,
            64,
            256,
            2048,
            Duration.ofMinutes(10),
            Duration.ofHours(24),
            131_072);

    public IngestLimits {
        requirePositive("bodyBytes", bodyBytes);
        requirePositive("decodedBytes", decodedBytes);
        requirePositive("inFlightBytes", inFlightBytes);
        requirePositive("series", series);
        requirePositive("samples", samples);
        requirePositive("labels", labels);
        requirePositive("nameBytes", nameBytes);
        requirePositive("valueBytes", valueBytes);
        requirePositive("cachedSeries", cachedSeries);
        if (inFlightBytes < decodedBytes) {
            throw new IllegalArgumentException(
                    "inFlightBytes (%d) is smaller than decodedBytes (%d): the largest request would never fit"
                            .formatted(inFlightBytes, decodedBytes));
        }
        if (future.isNegative() || age.isNegative() || age.isZero()) {
            throw new IllegalArgumentException(
                    "future (%s) must not be negative and age (%s) must be longer than nothing".formatted(future, age));
        }
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, not " + value);
        }
    }
}
