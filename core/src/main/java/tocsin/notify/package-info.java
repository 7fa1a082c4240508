/** Messages to people: channels, notifiers, the outbox, and what became of each attempt. */
@org.jspecify.annotations.NullMarked
package tocsin.notify;
