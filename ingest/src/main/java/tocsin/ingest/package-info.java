/** What every protocol shares: limits, refusals with their reasons, and the way into the log. */
@org.jspecify.annotations.NullMarked
package tocsin.ingest;
