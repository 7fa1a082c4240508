/** Who may call what: sign-in, API tokens, roles, and the headers that keep browsers safe. */
@NullMarked
package tocsin.web.security;

import org.jspecify.annotations.NullMarked;
