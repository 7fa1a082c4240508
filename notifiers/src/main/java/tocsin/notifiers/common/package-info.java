/** What every channel needs: a form for its settings, a bounded HTTP exchange, and answers without secrets. */
@org.jspecify.annotations.NullMarked
package tocsin.notifiers.common;
