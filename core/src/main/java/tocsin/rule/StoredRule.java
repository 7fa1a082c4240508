package tocsin.rule;

import java.time.Instant;

/**
 * One immutable version of a rule's text.
 *
 * @param version counted from 1 for each rule
 * @param form how it was written; what runs is always DRL
 * @param author account or pack that wrote it
 * @param reason why, in the author's words; may be empty
 */
public record StoredRule(
        RuleId id,
        int version,
        Form form,
        State state,
        String source,
        String author,
        String reason,
        Instant createdAt) {

    /** How a rule is written. */
    public enum Form {
        DRL
    }

    /** Where a version is on its way. At most one version of a rule is live. */
    public enum State {
        DRAFT,
        LIVE,
        RETIRED
    }
}
