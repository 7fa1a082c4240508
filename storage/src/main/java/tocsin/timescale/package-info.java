/** Keeps samples, alerts and configuration in TimescaleDB or PostgreSQL, embedded when none is configured. */
@NullMarked
package tocsin.timescale;

import org.jspecify.annotations.NullMarked;
