/** Tells open pages that something has changed. */
@NullMarked
package tocsin.web.live;

import org.jspecify.annotations.NullMarked;
