package tocsin.rule;

import java.time.Instant;
import java.util.List;
import tocsin.signal.Series;

/**
 * The values that decided.
 *
 * @param series the series that was looked at
 * @param at event time of its latest sample
 * @param value the value of the first numeric comparison, which is what people mean by "the value"
 * @param terms every numeric comparison of the rule, in its order
 */
public record Evidence(Series series, Instant at, double value, List<Term> terms) {
    public Evidence {
        terms = List.copyOf(terms);
    }

    /**
     * One comparison with what it saw.
     *
     * @param expression as in the rule: {@code value} or a window such as {@code avg("5m")}
     * @param operator {@code >}, {@code >=}, {@code <}, {@code <=}, {@code ==} or {@code !=}
     */
    public record Term(String expression, String operator, double threshold, double actual) {
        @Override
        public String toString() {
            return "%s was %s, limit %s %s".formatted(expression, actual, operator, threshold);
        }
    }
}
