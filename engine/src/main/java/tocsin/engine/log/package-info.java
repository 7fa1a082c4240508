/** The durable log as segment files in a directory; {@code docs/log-format.md} describes every byte. */
@NullMarked
package tocsin.engine.log;

import org.jspecify.annotations.NullMarked;
