/** One class per claim that we make about speed. */
@NullMarked
package tocsin.bench;

import org.jspecify.annotations.NullMarked;
