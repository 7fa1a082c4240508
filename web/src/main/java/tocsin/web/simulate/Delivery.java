package tocsin.web.simulate;

/** What became of one attempt to send. */
sealed interface Delivery {
    /** It is in the server's log. */
    record Taken() implements Delivery {}

    /** Not now; the same may go through later. */
    record Later(String reason) implements Delivery {}

    /** The server has read it and wants nothing more of it. */
    record Refused(String reason) implements Delivery {}

    /** Nothing will ever go through before a person changes something. */
    record Hopeless(String reason) implements Delivery {}
}
