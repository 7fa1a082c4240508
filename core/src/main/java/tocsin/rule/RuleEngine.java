package tocsin.rule;

/** Checks rule texts and runs them. Safe for concurrent use; the sessions it opens are not. */
public interface RuleEngine {
    /** Check a text against the vocabulary. The text is never run as code. */
    Compilation compile(String text);

    /** A new session without rules and facts, to be used by one thread at a time. */
    RuleSession open();
}
