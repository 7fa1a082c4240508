package tocsin.ingest;

import java.util.Locale;

/** Why a sample was not taken. */
public enum Refusal {
    NO_METRIC_NAME,
    INVALID_LABEL,
    DUPLICATE_LABEL,
    TOO_MANY_LABELS,
    LABEL_TOO_LONG,
    /** Its time is too far in the past. */
    TOO_OLD,
    /** Its time is too far in the future. */
    TOO_NEW,
    /** The request could not be read from here on, or broke a limit as a whole. */
    REQUEST;

    /** The word in metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
