package tocsin.access;

import java.time.Instant;
import java.util.List;

/** Who changed what, when. Append-only. Safe for concurrent use. */
public interface AuditLog {
    /** Add an entry, as part of the running transaction when there is one. */
    void record(String actor, String action, String subject, String detail);

    /** Newest first. */
    List<Entry> latest(int limit);

    /**
     * One change.
     *
     * @param action such as {@code rule.publish}
     * @param subject what was changed
     * @param detail in words, without secrets
     */
    record Entry(long id, Instant at, String actor, String action, String subject, String detail) {}
}
