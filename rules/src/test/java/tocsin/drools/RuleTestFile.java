package tocsin.drools;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tocsin.label.Labels;
import tocsin.rule.Durations;
import tocsin.signal.Series;

/** A {@code .test.yaml} file, in the format of docs/rules.md. What it does not know it refuses. */
record RuleTestFile(List<Case> cases) {
    private static final Pattern SERIES =
            Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{\\s*((?:[^\"}]|\"[^\"]*\")*)})?");
    private static final Pattern LABEL =
            Pattern.compile("\\s*([a-zA-Z_][a-zA-Z0-9_]*)\\s*=\\s*\"([^\"]*)\"\\s*(?:,|$)");

    /**
     * A story and what is expected of it.
     *
     * @param interval time between two values of a series
     */
    record Case(String name, Duration interval, List<Input> series, List<Expectation> expectations) {}

    /** A series and its values, the first of them at time zero. */
    record Input(Series series, List<SeriesNotation.Point> points) {}

    /** All alerts that there are at this time. */
    record Expectation(Duration at, List<Expected> firing, List<Expected> pending) {}

    /**
     * An alert.
     *
     * @param labels all of them
     * @param summary null when it does not matter
     */
    record Expected(String rule, Labels labels, @Nullable String summary) {}

    static RuleTestFile read(String yaml) {
        var options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        var file = map(new Yaml(new SafeConstructor(options)).load(yaml), Set.of("tests"));
        return new RuleTestFile(
                list(file, "tests").stream().map(RuleTestFile::readCase).toList());
    }

    private static Case readCase(Object node) {
        var test = map(node, Set.of("name", "interval", "series", "expect"));
        return new Case(
                text(test, "name"),
                Durations.parse(text(test, "interval")),
                list(test, "series").stream().map(RuleTestFile::readInput).toList(),
                list(test, "expect").stream().map(RuleTestFile::readExpectation).toList());
    }

    private static Input readInput(Object node) {
        var input = map(node, Set.of("series", "values"));
        return new Input(series(text(input, "series")), SeriesNotation.read(text(input, "values")));
    }

    private static Expectation readExpectation(Object node) {
        var expectation = map(node, Set.of("at", "firing", "pending"));
        return new Expectation(
                Durations.parse(text(expectation, "at")),
                list(expectation, "firing").stream()
                        .map(RuleTestFile::readExpected)
                        .toList(),
                list(expectation, "pending").stream()
                        .map(RuleTestFile::readExpected)
                        .toList());
    }

    private static Expected readExpected(Object node) {
        var expected = map(node, Set.of("rule", "labels", "summary"));
        var labels = new LinkedHashMap<String, String>();
        if (expected.get("labels") instanceof Map<?, ?> given) {
            given.forEach((name, value) -> labels.put(String.valueOf(name), String.valueOf(value)));
        }
        return new Expected(
                text(expected, "rule"),
                Labels.of(labels),
                expected.containsKey("summary") ? text(expected, "summary") : null);
    }

    /** Reads {@code metric{label="value"}}. */
    static Series series(String text) {
        var match = SERIES.matcher(text.strip());
        if (!match.matches()) {
            throw new IllegalArgumentException("\"%s\" is no series: write metric{label=\"value\"}".formatted(text));
        }
        var labels = new ArrayList<String>();
        String rest = match.group(2) == null ? "" : match.group(2).strip();
        while (!rest.isEmpty()) {
            var label = LABEL.matcher(rest);
            if (!label.lookingAt()) {
                throw new IllegalArgumentException("\"%s\" is no label: write label=\"value\"".formatted(rest));
            }
            labels.add(label.group(1));
            labels.add(label.group(2));
            rest = rest.substring(label.end()).strip();
        }
        return Series.of(match.group(1), labels.toArray(String[]::new));
    }

    private static Map<?, ?> map(@Nullable Object node, Set<String> known) {
        if (!(node instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException("expected the fields %s, found %s".formatted(known, node));
        }
        for (var key : map.keySet()) {
            if (!(key instanceof String name) || !known.contains(name)) {
                throw new IllegalArgumentException("the field %s is not known, only %s".formatted(key, known));
            }
        }
        return map;
    }

    private static List<?> list(Map<?, ?> map, String field) {
        Object node = map.get(field);
        if (node == null) {
            return List.of();
        }
        if (node instanceof List<?> list) {
            return list;
        }
        throw new IllegalArgumentException("\"%s\" is a list, not %s".formatted(field, node));
    }

    private static String text(Map<?, ?> map, String field) {
        Object node = map.get(field);
        if (node == null) {
            throw new IllegalArgumentException("\"%s\" is missing in %s".formatted(field, map));
        }
        return node.toString();
    }
}
