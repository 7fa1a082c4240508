/** Pages about channels and about what was sent by them. */
@NullMarked
package tocsin.web.channel;

import org.jspecify.annotations.NullMarked;
