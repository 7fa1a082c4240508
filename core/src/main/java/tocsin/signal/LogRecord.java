package tocsin.signal;

import java.time.Instant;

/**
 * One appended batch, as a consumer reads it.
 *
 * @param appendedAt wall time at which the batch was appended; never earlier than that of the record before
 */
public record LogRecord(LogPosition position, Instant appendedAt, SampleBatch samples) {}
