/** Something that people work on together until it is over. */
@org.jspecify.annotations.NullMarked
package tocsin.incident;
