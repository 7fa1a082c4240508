package tocsin.rule;

import java.util.List;
import java.util.Optional;

/** Keeps every version of every rule. Safe for concurrent use. */
public interface RuleStore {
    /** Store a new draft. When the newest version has the same source, that version is returned instead. */
    StoredRule save(RuleId id, StoredRule.Form form, String source, String author, String reason);

    /**
     * Make this version live and retire the one that was.
     *
     * @throws java.util.NoSuchElementException when there is no such version
     */
    StoredRule publish(RuleId id, int version, String author);

    /** Retire whatever is live. Versions stay. Returns whether there was a live one. */
    boolean withdraw(RuleId id, String author);

    /** Every live version, by name. */
    List<StoredRule> live();

    /** The newest version of each rule that is not deleted, by name. */
    List<StoredRule> newest();

    /** All versions of a rule, newest first. */
    List<StoredRule> versions(RuleId id);

    Optional<StoredRule> find(RuleId id, int version);
}
