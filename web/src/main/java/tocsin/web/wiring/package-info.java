/** Puts the modules together: every bean that is not a page, an API or a matter of security is made here. */
@NullMarked
package tocsin.web.wiring;

import org.jspecify.annotations.NullMarked;
