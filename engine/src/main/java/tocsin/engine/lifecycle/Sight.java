package tocsin.engine.lifecycle;

import tocsin.rule.RuleId;
import tocsin.signal.Series;

/** What the life cycle must know of live series, to tell a cleared condition from missing data. */
public interface Sight {
    /** Whether the series is live, be it silent. */
    boolean knows(Series series);

    /** Whether a window that the rule wants of this series has too few samples to say anything. */
    boolean lacksData(RuleId rule, Series series);
}
