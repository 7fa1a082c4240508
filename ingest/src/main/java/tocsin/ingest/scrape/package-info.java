/** Pulls metrics from HTTP endpoints that speak the Prometheus text format or OpenMetrics. */
@org.jspecify.annotations.NullMarked
package tocsin.ingest.scrape;
