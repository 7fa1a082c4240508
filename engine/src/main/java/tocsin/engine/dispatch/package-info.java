/** Carries messages from the outbox to people: asks again whether they are still wanted, sends, retries, records. */
@org.jspecify.annotations.NullMarked
package tocsin.engine.dispatch;
