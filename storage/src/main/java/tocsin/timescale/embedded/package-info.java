/** Starts, watches over and stops a PostgreSQL server of our own, for when no database is configured. */
@NullMarked
package tocsin.timescale.embedded;

import org.jspecify.annotations.NullMarked;
