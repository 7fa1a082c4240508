/** What every page needs: who looks at it, how values and times read, and what is told when something is wrong. */
@NullMarked
package tocsin.web.page;

import org.jspecify.annotations.NullMarked;
