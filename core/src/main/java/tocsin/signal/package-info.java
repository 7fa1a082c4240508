/** What comes in, and the ports that keep it: the durable log first, the sample history later. */
@org.jspecify.annotations.NullMarked
package tocsin.signal;
