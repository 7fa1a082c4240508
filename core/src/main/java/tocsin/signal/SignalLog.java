package tocsin.signal;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The durable, ordered record of everything that came in. What it has acknowledged survives a crash of the process
 * and of the machine. Safe for concurrent use.
 */
public interface SignalLog extends AutoCloseable {
    /**
     * Append a batch. The future completes with the batch's position once it is durable, and fails with
     * {@link LogFullException} when there is no room, or with an {@link java.io.UncheckedIOException} when the disk
     * refuses; in both cases the batch is not in the log.
     */
    CompletableFuture<LogPosition> append(SampleBatch batch);

    /**
     * Read durable records from this position on. When retention has removed it, reading starts at {@link #oldest}.
     *
     * @throws IllegalArgumentException when the position is past {@link #end}, because its record would be skipped
     */
    LogReader read(LogPosition from);

    /** The position of the oldest record that is still there; equals {@link #end} when there is none. */
    LogPosition oldest();

    /** The position that the next record to become durable gets. */
    LogPosition end();

    /** The first record that was appended at this instant or later; {@link #end} when there is none yet. */
    LogPosition positionAt(Instant appendedAt);

    /**
     * Remember how far a consumer has come: it needs nothing before this position any more. Retention by age never
     * removes what a known consumer still needs. A position may be forgotten in a crash, but only for an earlier one.
     * A position earlier than the one that is known changes nothing.
     *
     * @throws IllegalArgumentException when the position is past {@link #end}
     */
    void commit(String consumer, LogPosition position);

    /** How far a consumer has come, empty when it never committed. */
    Optional<LogPosition> committed(String consumer);

    /** Make everything durable and stop. From now on appends fail, and reading ends in an IllegalStateException. */
    @Override
    void close();
}
