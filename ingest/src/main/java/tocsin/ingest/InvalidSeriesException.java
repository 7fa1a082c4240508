package tocsin.ingest;

/** A set of labels that cannot be a series. The message says why, with the series shortened. */
public final class InvalidSeriesException extends Exception {
    private static final long serialVersionUID = 1L;
    private final Refusal refusal;
    private final String message;

    public InvalidSeriesException(Refusal refusal, String message) {
        super(message, null, false, false);
        this.refusal = refusal;
        this.message = message;
    }

    @Override
    public String getMessage() {
        return message;
    }

    public Refusal refusal() {
        return refusal;
    }
}
