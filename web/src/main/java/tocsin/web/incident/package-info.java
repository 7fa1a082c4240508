/** The page about incidents. */
@NullMarked
package tocsin.web.incident;

import org.jspecify.annotations.NullMarked;
