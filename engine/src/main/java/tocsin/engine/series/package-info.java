/** What is now: the latest sample of each series, and the windows over its samples that some rule demands. */
@org.jspecify.annotations.NullMarked
package tocsin.engine.series;
