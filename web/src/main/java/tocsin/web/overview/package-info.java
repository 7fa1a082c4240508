/** The first page: what is firing, and whether Tocsin itself is well. */
@NullMarked
package tocsin.web.overview;

import org.jspecify.annotations.NullMarked;
