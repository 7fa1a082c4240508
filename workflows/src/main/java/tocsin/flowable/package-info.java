/** Runs the processes that decide who hears of an alert and what is done; nothing outside this package knows Flowable. */
@NullMarked
package tocsin.flowable;

import org.jspecify.annotations.NullMarked;
