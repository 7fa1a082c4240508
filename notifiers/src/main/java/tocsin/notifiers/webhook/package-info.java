/** Tells another system by a signed HTTP request. */
@org.jspecify.annotations.NullMarked
package tocsin.notifiers.webhook;
