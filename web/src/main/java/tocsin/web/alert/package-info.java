/** Pages about alerts, and the buttons to take and close them. */
@NullMarked
package tocsin.web.alert;

import org.jspecify.annotations.NullMarked;
