package tocsin.rule;

import java.util.List;
import java.util.stream.Collectors;
import tocsin.label.Labels;
import tocsin.label.Matcher;

/**
 * Which series a rule speaks of.
 *
 * @param metric the metric's exact name
 * @param matchers conditions on labels, all of which must hold
 */
public record Selector(String metric, List<Matcher> matchers) {
    public Selector {
        matchers = List.copyOf(matchers);
    }

    public boolean matches(Labels labels) {
        return metric.equals(labels.metric()) && matchers.stream().allMatch(matcher -> matcher.matches(labels));
    }

    @Override
    public String toString() {
        return metric + matchers.stream().map(Matcher::toString).collect(Collectors.joining(", ", "{", "}"));
    }
}
