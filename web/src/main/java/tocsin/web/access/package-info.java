/** Sign-in, accounts, API tokens and the audit trail. */
@NullMarked
package tocsin.web.access;

import org.jspecify.annotations.NullMarked;
