/** What the processes' steps do: each is one call to a port, safe to repeat. */
@org.jspecify.annotations.NullMarked
package tocsin.step;
