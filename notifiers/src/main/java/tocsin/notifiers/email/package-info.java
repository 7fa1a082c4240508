/** Tells people by e-mail, with all messages about one alert in one thread. */
@org.jspecify.annotations.NullMarked
package tocsin.notifiers.email;
