package tocsin.web;

/** Starting is pointless until a person has changed something; the message says what, in one sentence. */
final class CannotStartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CannotStartException(String message) {
        super(message);
    }
}
