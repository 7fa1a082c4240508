/** Pages about metrics, and the points that charts are drawn from. */
@NullMarked
package tocsin.web.series;

import org.jspecify.annotations.NullMarked;
