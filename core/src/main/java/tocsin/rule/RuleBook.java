package tocsin.rule;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rules as they run: checks and stores texts, and swaps published ones under running state. Safe for concurrent
 * use.
 */
public interface RuleBook {
    /** Check a text that holds any number of rules. Nothing is stored. */
    Compilation check(String source);

    /**
     * Check and store a draft.
     *
     * @throws InvalidRuleException when the text has problems, holds not exactly one rule, or one of another name
     */
    StoredRule save(RuleId id, StoredRule.Form form, String source, String author, String reason);

    /**
     * Make a version live. When this returns, evaluation goes on with it.
     *
     * @throws java.util.NoSuchElementException when there is no such version
     */
    StoredRule publish(RuleId id, int version, String author);

    /** Stop evaluating a rule; its open alerts resolve. Versions stay. Returns whether it was live. */
    boolean withdraw(RuleId id, String author);

    /** Every rule that is known, live or draft, by name. */
    List<Activity> activities();

    Optional<Activity> activity(RuleId id);

    /**
     * A rule and what it has been doing since the start of this process.
     *
     * @param live what runs, null when nothing does
     * @param newest the newest version, live or draft
     * @param matchedSeries how many live series concern it now
     * @param holding for how many labels its condition holds now
     * @param evaluations how often it was evaluated
     * @param lastEvaluatedAt null when never
     * @param parked why it was taken out of evaluation, null when it was not
     */
    record Activity(
            @Nullable RuleDefinition live,
            StoredRule newest,
            int matchedSeries,
            int holding,
            long evaluations,
            @Nullable Instant lastEvaluatedAt,
            @Nullable String parked) {}
}
