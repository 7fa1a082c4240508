/** Prometheus remote write 1.0: takes samples in, and sends them for the simulator, tests and benchmarks. */
@org.jspecify.annotations.NullMarked
package tocsin.ingest.prometheus;
