/** What all JSON endpoints share: errors in one form, and the receiving ends of the ingest protocols. */
@NullMarked
package tocsin.web.api;

import org.jspecify.annotations.NullMarked;
