package tocsin.access;

import java.util.Locale;

/** What an account may do; each role may do all that the ones before it may. */
public enum Role {
    /** Sees everything but secrets. */
    VIEWER,
    /** Acknowledges and resolves alerts. */
    RESPONDER,
    /** Writes and publishes rules. */
    AUTHOR,
    /** Changes channels, accounts and tokens. */
    ADMIN;

    public boolean includes(Role other) {
        return compareTo(other) >= 0;
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
