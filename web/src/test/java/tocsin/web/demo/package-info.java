/** All pages on believable made-up data: to look at while working on them, and to test them in a browser. */
@NullMarked
package tocsin.web.demo;

import org.jspecify.annotations.NullMarked;
