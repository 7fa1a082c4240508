package tocsin.alert;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import tocsin.rule.RuleId;
import tocsin.rule.Severity;

/**
 * Which alerts are wanted. Most severe first, then newest.
 *
 * @param statuses any of these
 * @param atLeast this severity or worse
 * @param rule of this rule only, null for all
 * @param limit how many at most, 1 to 1,000
 */
public record AlertQuery(
        Set<Status> statuses, Severity atLeast, @Nullable RuleId rule, int limit) {
    public static final int MAX_LIMIT = 1000;

    /** What people look at: everything that is open and was ever worth telling. */
    public static final AlertQuery OPEN =
            new AlertQuery(Set.of(Status.PENDING, Status.FIRING, Status.ACKNOWLEDGED), Severity.LOW, null, MAX_LIMIT);

    public AlertQuery {
        statuses = Set.copyOf(statuses);
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("limit is between 1 and 1000, not " + limit);
        }
    }
}
