package tocsin.ingest;

import tocsin.signal.SampleBatch;

/**
 * A request as it was understood.
 *
 * @param samples what may go into the log
 * @param series how many series these belong to
 * @param refusals what may not
 */
public record Decoded(SampleBatch samples, int series, Refusals refusals) {}
