/** The port to the processes that decide who is told, what is repaired and which incident is opened. */
@org.jspecify.annotations.NullMarked
package tocsin.workflow;
