package tocsin.ingest;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import tocsin.signal.LogFullException;
import tocsin.signal.LogPosition;
import tocsin.signal.SampleBatch;
import tocsin.signal.SignalLog;

/** The way from a request into the log, the same for every protocol: bounds, counts, answers. Safe for concurrent use. */
public final class Intake {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final int PERMIT_BYTES = 1024;

    private final SignalLog log;
    private final IngestLimits limits;
    private final MeterRegistry meters;
    private final String protocol;
    private final Counter accepted;
    private final Semaphore inFlight;

    /** @param protocol a word for metrics, such as {@code remote_write} */
    public Intake(SignalLog log, IngestLimits limits, MeterRegistry meters, String protocol) {
        this.log = log;
        this.limits = limits;
        this.meters = meters;
        this.protocol = protocol;
        this.accepted = Counter.builder("tocsin.ingest.samples")
                .description("Samples that came in and are in the log")
                .tag("protocol", protocol)
                .register(meters);
        this.inFlight = new Semaphore(permits(limits.inFlightBytes()));
        meters.gauge("tocsin.ingest.in.flight.bytes", Tags.of("protocol", protocol), this, Intake::inFlightBytes);
    }

    private double inFlightBytes() {
        return ((double) permits(limits.inFlightBytes()) - inFlight.availablePermits()) * PERMIT_BYTES;
    }

    private static int permits(int bytes) {
        return (bytes - 1) / PERMIT_BYTES + 1;
    }

    /** Turns a request into samples. */
    @FunctionalInterface
    public interface Decoding {
        /** Throws a {@link RejectedException} when the request as a whole is not acceptable. */
        Decoded decode(Reservation memory);
    }

    /** The memory that one request holds while it is at work. */
    public final class Reservation {
        private int permits;

        private Reservation() {}

        /** Ask for room before it is used. */
        public void take(int bytes) {
            int wanted = permits(Math.max(1, bytes));
            if (!inFlight.tryAcquire(wanted)) {
                throw new RejectedException.Full(
                        "%d bytes of requests are at work already; send again in a second"
                                .formatted(limits.inFlightBytes()),
                        RETRY_AFTER);
            }
            permits += wanted;
        }

        private void release() {
            inFlight.release(permits);
            permits = 0;
        }
    }

    /**
     * Decode a request and append what is good in it. The future completes when that is durable; it fails with a
     * {@link RejectedException} when anything was refused. It never throws.
     */
    public CompletableFuture<Accepted> receive(Decoding decoding) {
        var memory = new Reservation();
        CompletableFuture<Accepted> answer;
        try {
            answer = append(decoding.decode(memory));
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        return answer.whenComplete((done, failure) -> {
            memory.release();
            count(failure);
        });
    }

    private CompletableFuture<Accepted> append(Decoded decoded) {
        var refusals = decoded.refusals();
        int samples = decoded.samples().size();
        return append(decoded.samples()).thenApply(position -> {
            accepted.increment(samples);
            refusals.counts().forEach(this::countRefused);
            if (!refusals.isEmpty()) {
                throw refusals.toRejection(samples);
            }
            return new Accepted(samples, decoded.series());
        });
    }

    /** Append a batch that needs no answer in words; an empty one is done at once. */
    private CompletableFuture<LogPosition> append(SampleBatch batch) {
        if (batch.isEmpty()) {
            return CompletableFuture.completedFuture(LogPosition.START);
        }
        return log.append(batch).exceptionallyCompose(failure -> CompletableFuture.failedFuture(rejection(failure)));
    }

    private static RejectedException rejection(Throwable failure) {
        Throwable cause = failure instanceof CompletionException e && e.getCause() != null ? e.getCause() : failure;
        if (cause instanceof LogFullException) {
            return new RejectedException.Full(
                    "The log has no room: " + cause.getMessage() + ". Nothing was stored; send again later.",
                    RETRY_AFTER);
        }
        return new RejectedException.Unavailable(
                "The log could not be written: " + cause.getMessage()
                        + ". Nothing was stored; see the server's log, and send again later.",
                RETRY_AFTER);
    }

    private void countRefused(Refusal refusal, int samples) {
        Counter.builder("tocsin.ingest.samples.refused")
                .description("Samples that came in and were not taken, by reason")
                .tag("protocol", protocol)
                .tag("reason", refusal.label())
                .register(meters)
                .increment(samples);
    }

    private void count(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException e && e.getCause() != null ? e.getCause() : failure;
        String outcome = switch (cause) {
            case null -> "accepted";
            case RejectedException rejected -> rejected.outcome();
            default -> "error";
        };
        Counter.builder("tocsin.ingest.requests")
                .description("Requests that brought signals, by how they were answered")
                .tag("protocol", protocol)
                .tag("outcome", outcome)
                .register(meters)
                .increment();
    }

    /** Count samples that a receiver refused together with their request. */
    public void countRefused(int samples) {
        if (samples > 0) {
            countRefused(Refusal.REQUEST, samples);
        }
    }

    /** Count what a protocol carries and Tocsin leaves aside, such as exemplars. */
    public void countIgnored(String kind, int amount) {
        if (amount > 0) {
            Counter.builder("tocsin.ingest.ignored")
                    .description("Parts of requests that are not samples and were left aside")
                    .tag("protocol", protocol)
                    .tag("kind", kind)
                    .register(meters)
                    .increment(amount);
        }
    }

    /** The whole body, unless it is larger than the limit. */
    public byte[] read(InputStream body) {
        try {
            byte[] bytes = body.readNBytes(limits.bodyBytes() + 1);
            if (bytes.length > limits.bodyBytes()) {
                throw new RejectedException.TooLarge(
                        "The body is larger than %d bytes; send fewer samples at once.".formatted(limits.bodyBytes()));
            }
            return bytes;
        } catch (IOException e) {
            throw new RejectedException.BadInput("The body ended before it was complete: " + e.getMessage() + ".");
        }
    }
}
