/** Checks rules, compiles them to Drools and evaluates them; nothing outside this package knows Drools. */
@NullMarked
package tocsin.drools;

import org.jspecify.annotations.NullMarked;
