package tocsin.ingest;

import java.time.Duration;
import java.util.Optional;

/**
 * Signals that were not taken, or not all of them. The message is a sentence for the sender: what is wrong, where, and
 * what to do. It never holds more than a few names from the request.
 */
public abstract sealed class RejectedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String message;

    private RejectedException(String message) {
        super(message, null, false, false); // it is an answer, not a bug: no stack trace is worth its cost here
        this.message = message;
    }

    @Override
    public String getMessage() {
        return message;
    }

    /** The HTTP status that says the same. */
    public abstract int status();

    /** A short word for metrics. */
    public abstract String outcome();

    /** How long the sender should wait before it tries again; empty when trying again does not help. */
    public Optional<Duration> retryAfter() {
        return Optional.empty();
    }

    /** The request, or a part of it, breaks the protocol. Sending it again changes nothing. */
    public static final class BadInput extends RejectedException {
        private static final long serialVersionUID = 1L;
        private final int acceptedSamples;

        public BadInput(String message) {
            this(message, 0);
        }

        public BadInput(String message, int acceptedSamples) {
            super(message);
            this.acceptedSamples = acceptedSamples;
        }

        /** How many samples of the same request are in the log all the same. */
        public int acceptedSamples() {
            return acceptedSamples;
        }

        @Override
        public int status() {
            return 400;
        }

        @Override
        public String outcome() {
            return acceptedSamples == 0 ? "bad_input" : "partial";
        }
    }

    /** The request is larger than a limit allows. */
    public static final class TooLarge extends RejectedException {
        private static final long serialVersionUID = 1L;

        public TooLarge(String message) {
            super(message);
        }

        @Override
        public int status() {
            return 413;
        }

        @Override
        public String outcome() {
            return "too_large";
        }
    }

    /** The request is in a form that is not spoken here. */
    public static final class Unsupported extends RejectedException {
        private static final long serialVersionUID = 1L;

        public Unsupported(String message) {
            super(message);
        }

        @Override
        public int status() {
            return 415;
        }

        @Override
        public String outcome() {
            return "unsupported";
        }
    }

    /** There is no room at this moment. */
    public static final class Full extends RejectedException {
        private static final long serialVersionUID = 1L;
        private final Duration retryAfter;

        public Full(String message, Duration retryAfter) {
            super(message);
            this.retryAfter = retryAfter;
        }

        @Override
        public int status() {
            return 429;
        }

        @Override
        public String outcome() {
            return "full";
        }

        @Override
        public Optional<Duration> retryAfter() {
            return Optional.of(retryAfter);
        }
    }

    /** The log refuses writes, for example because the disk is broken. */
    public static final class Unavailable extends RejectedException {
        private static final long serialVersionUID = 1L;
        private final Duration retryAfter;

        public Unavailable(String message, Duration retryAfter) {
            super(message);
            this.retryAfter = retryAfter;
        }

        @Override
        public int status() {
            return 503;
        }

        @Override
        public String outcome() {
            return "unavailable";
        }

        @Override
        public Optional<Duration> retryAfter() {
            return Optional.of(retryAfter);
        }
    }
}
