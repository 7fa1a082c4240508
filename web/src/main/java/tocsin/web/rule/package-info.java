/** Pages about rules: what they say, what they match, and how they are changed. */
@NullMarked
package tocsin.web.rule;

import org.jspecify.annotations.NullMarked;
