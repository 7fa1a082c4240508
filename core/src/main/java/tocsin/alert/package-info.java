/** One problem from first sighting to resolution, with the evidence of every step. */
@org.jspecify.annotations.NullMarked
package tocsin.alert;
