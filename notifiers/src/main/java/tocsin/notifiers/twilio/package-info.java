/** Tells a phone through Twilio: by text message or by a call that reads the message aloud. */
@org.jspecify.annotations.NullMarked
package tocsin.notifiers.twilio;
