package tocsin.signal;

/** The log cannot take more at this moment: its size limit is reached or its queue is full. Try again later. */
public final class LogFullException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LogFullException(String message) {
        super(message);
    }
}
