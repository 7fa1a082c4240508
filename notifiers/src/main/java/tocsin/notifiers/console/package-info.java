/** Tells whoever watches Tocsin's own log. */
@org.jspecify.annotations.NullMarked
package tocsin.notifiers.console;
