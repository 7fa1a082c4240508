package tocsin.drools;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import tocsin.label.Matcher;
import tocsin.rule.Demand;
import tocsin.rule.Evidence;
import tocsin.rule.Selector;
import tocsin.rule.SeriesView;

/**
 * {@code $variable : Series(...)}: one series that meets all of these conditions.
 *
 * @param numbers in the rule's order; of each inner list at least one comparison must hold
 */
record SeriesPattern(String variable, String metric, List<LabelTest> labels, List<List<Comparison>> numbers) {
    /** What {@code in} lists may multiply to. */
    static final int MAX_SELECTORS = 64;

    SeriesPattern {
        labels = List.copyOf(labels);
        numbers = numbers.stream().map(List::copyOf).toList();
    }

    /** Exactly the series that the pattern can match: a selector for each combination of {@code in} values. */
    List<Selector> selectors() {
        List<List<Matcher>> combinations = List.of(List.of());
        for (var label : labels) {
            combinations = combine(combinations, label.alternatives());
        }
        return combinations.stream()
                .map(matchers -> new Selector(metric, matchers))
                .toList();
    }

    private static List<List<Matcher>> combine(List<List<Matcher>> before, List<List<Matcher>> alternatives) {
        var combined = new ArrayList<List<Matcher>>();
        for (var matchers : before) {
            for (var alternative : alternatives) {
                combined.add(
                        Stream.concat(matchers.stream(), alternative.stream()).toList());
            }
        }
        return combined;
    }

    Set<Demand> demands() {
        var demands = new HashSet<Demand>();
        for (var selector : selectors()) {
            quantities().forEach(quantity -> {
                if (quantity.window() != null) {
                    demands.add(new Demand(selector, quantity.window()));
                }
            });
        }
        return Set.copyOf(demands);
    }

    Stream<Quantity> quantities() {
        return numbers.stream().flatMap(List::stream).map(Comparison::quantity);
    }

    /** What was seen. "The value" is the first comparison that holds: of several joined by ||, the one that decided. */
    Evidence evidence(SeriesView series) {
        var terms = numbers.stream()
                .flatMap(List::stream)
                .map(comparison -> comparison.seen(series))
                .toList();
        double value = numbers.getFirst().stream()
                .filter(comparison -> comparison.holds(series))
                .findFirst()
                .orElse(numbers.getFirst().getFirst())
                .quantity()
                .of(series);
        return new Evidence(series.series(), Instant.ofEpochMilli(series.timeMillis()), value, terms);
    }
}
