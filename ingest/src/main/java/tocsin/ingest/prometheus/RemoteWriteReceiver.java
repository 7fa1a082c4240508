package tocsin.ingest.prometheus;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import org.xerial.snappy.Snappy;
import tocsin.ingest.Accepted;
import tocsin.ingest.Decoded;
import tocsin.ingest.IngestLimits;
import tocsin.ingest.Intake;
import tocsin.ingest.RejectedException.BadInput;
import tocsin.ingest.RejectedException.TooLarge;
import tocsin.ingest.SeriesRules;
import tocsin.signal.SignalLog;

/**
 * Takes Prometheus remote write 1.0. Samples are stored as they come, staleness markers and other NaN bit by bit, late
 * and repeated ones included: what reads the log sorts that out. Where a request holds some bad series, the good ones
 * are stored and the answer is 400 with what was refused, because a sender drops a request on 400 and would otherwise
 * lose them. Safe for concurrent use.
 */
public final class RemoteWriteReceiver {
    private final Intake intake;
    private final IngestLimits limits;
    private final InstantSource clock;
    private final SeriesCache cache;

    public RemoteWriteReceiver(SignalLog log, IngestLimits limits, InstantSource clock, MeterRegistry meters) {
        this.intake = new Intake(log, limits, meters, "remote_write");
        this.limits = limits;
        this.clock = clock;
        this.cache = new SeriesCache(limits.cachedSeries(), new SeriesRules(limits), meters);
    }

    /**
     * Read a request and append its samples. The future completes once they are durable, and fails with a
     * {@link tocsin.ingest.RejectedException} otherwise. The body is read on the calling thread and is not closed.
     */
    public CompletableFuture<Accepted> receive(RemoteWriteHeaders headers, InputStream body) {
        return intake.receive(memory -> {
            headers.check();
            return decode(inflate(intake.read(body), memory));
        });
    }

    private byte[] inflate(byte[] compressed, Intake.Reservation memory) {
        try {
            int length = Snappy.uncompressedLength(compressed);
            if (length < 0 || length > limits.decodedBytes()) {
                throw new TooLarge(
                        "The body has %d bytes after decompression, %d are allowed; send fewer samples at once (in prometheus.yml: queue_config.max_samples_per_send)."
                                .formatted(Integer.toUnsignedLong(length), limits.decodedBytes()));
            }
            memory.take(length);
            byte[] bytes = new byte[length];
            int written = Snappy.uncompress(compressed, 0, compressed.length, bytes, 0);
            if (written != length) {
                throw notSnappy("it is shorter than it says");
            }
            return bytes;
        } catch (IOException | IllegalArgumentException e) {
            throw notSnappy(String.valueOf(e.getMessage()));
        }
    }

    private static BadInput notSnappy(String detail) {
        return new BadInput("The body is not block snappy (" + detail
                + "); compress with the block format of snappy, not with the framing format.");
    }

    private Decoded decode(byte[] bytes) {
        var reader = new WriteRequestReader(bytes, cache, limits, clock.instant());
        try {
            var decoded = reader.read();
            intake.countIgnored("histogram", reader.histograms());
            intake.countIgnored("exemplar", reader.exemplars());
            intake.countIgnored("metadata", reader.metadata());
            return decoded;
        } catch (IOException e) { // the bytes are all in memory, so it can only be their form
            throw malformed(reader, e);
        }
    }

    private static BadInput malformed(WriteRequestReader reader, IOException e) {
        return new BadInput(
                "The body is not a prometheus.WriteRequest: %s, in time series %d, before byte %d. Nothing was stored."
                        .formatted(e.getMessage(), reader.seriesRead(), reader.position()));
    }
}
