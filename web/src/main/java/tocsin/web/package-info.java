/** Starts Tocsin, wires its modules, and serves its pages and its JSON API. */
@NullMarked
package tocsin.web;

import org.jspecify.annotations.NullMarked;
