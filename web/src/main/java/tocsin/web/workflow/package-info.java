/** Pages about processes: their diagrams, and where each run stands. */
@NullMarked
package tocsin.web.workflow;

import org.jspecify.annotations.NullMarked;
