package tocsin.ingest.scrape;

/** Text that is not in the exposition format. The message says what is wrong and in which line. */
final class ExpositionException extends Exception {
    private static final long serialVersionUID = 1L;

    ExpositionException(int line, String message) {
        super("line " + line + ": " + message, null, false, false);
    }
}
