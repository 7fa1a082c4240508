/** From the log to stored alerts: one thread that decides, and one that stores what was decided. */
@org.jspecify.annotations.NullMarked
package tocsin.engine.pipeline;
