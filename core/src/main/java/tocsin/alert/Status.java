package tocsin.alert;

import java.util.Locale;

/** Where an alert stands. */
public enum Status {
    /** The condition holds, but not yet for long enough. Nobody is told. */
    PENDING,
    /** People are told until somebody acknowledges. */
    FIRING,
    /** Somebody has taken it. The condition still holds. */
    ACKNOWLEDGED,
    /** The condition is gone, or somebody closed it. An episode ends here for good. */
    RESOLVED;

    public boolean isOpen() {
        return this != RESOLVED;
    }

    /** The word that people see, in lower case. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
