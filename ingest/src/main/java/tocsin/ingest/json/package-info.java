/** Metrics as JSON, for anything that can make an HTTP request. */
@org.jspecify.annotations.NullMarked
package tocsin.ingest.json;
