package tocsin.ingest;

/**
 * A request whose samples are all in the log, durably.
 *
 * @param samples how many samples; 0 when the request held none, which is no error
 * @param series how many series they belong to, counted as the request lists them
 */
public record Accepted(int samples, int series) {}
