/** Feeds Tocsin's own metrics into its own log, so that the rules watch Tocsin too. */
@org.jspecify.annotations.NullMarked
package tocsin.ingest.self;
