package tocsin.rule;

import java.util.Collection;

/**
 * Rules and live series in working memory. Owned by one thread. Rules can be swapped at any time; facts stay, and what
 * held and still holds is not reported as ended.
 */
public interface RuleSession extends AutoCloseable {
    /** Run exactly these rules from now on. Unchanged ones are left alone. */
    void use(Collection<? extends CompiledRule> rules);

    /** A series is new, or its value or windows have changed. */
    void update(SeriesView series);

    /** A series is gone. What was found for it ends at the next evaluation. */
    void remove(SeriesView series);

    /** Fire, and say what holds and what has ended. Work is bounded: a rule that exceeds its limit is parked. */
    Evaluation evaluate();

    @Override
    void close();
}
