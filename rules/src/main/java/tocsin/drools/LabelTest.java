package tocsin.drools;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import tocsin.label.Matcher;

/**
 * A condition on one label. A label that is not there counts as empty.
 *
 * @param values the one value, or for {@link Op#IN} and {@link Op#NOT_IN} all of them, sorted
 */
record LabelTest(String label, Op op, List<String> values) {

    /** How the label is compared. */
    enum Op {
        EQUAL("=="),
        NOT_EQUAL("!="),
        IN("in"),
        NOT_IN("not in"),
        MATCHES("matches"),
        NOT_MATCHES("not matches");

        private final String word;

        Op(String word) {
            this.word = word;
        }
    }

    /** Longer values are never looked at with an expression, which bounds what one match can cost. */
    static final int MAX_MATCHED_LENGTH = 1024;

    LabelTest {
        values = List.copyOf(new TreeSet<>(values));
    }

    /** A check to be called for each series. */
    Predicate<String> predicate() {
        return switch (op) {
            case EQUAL, IN -> values.size() == 1 ? values.getFirst()::equals : Set.copyOf(values)::contains;
            case NOT_EQUAL, NOT_IN -> Predicate.not(Set.copyOf(values)::contains);
            case MATCHES -> bounded(Pattern.compile(values.getFirst()).asMatchPredicate());
            case NOT_MATCHES ->
                bounded(Pattern.compile(values.getFirst()).asMatchPredicate().negate());
        };
    }

    private static Predicate<String> bounded(Predicate<String> matches) {
        return value -> value.length() <= MAX_MATCHED_LENGTH && matches.test(value);
    }

    /** The same for a selector: alternatives, each of them conditions that must all hold. */
    List<List<Matcher>> alternatives() {
        return switch (op) {
            case EQUAL, IN ->
                values.stream()
                        .map(value -> List.of(Matcher.equal(label, value)))
                        .toList();
            case NOT_EQUAL, NOT_IN -> List.of(all(Matcher.Op.NOT_EQUAL));
            case MATCHES -> List.of(all(Matcher.Op.MATCHES));
            case NOT_MATCHES -> List.of(all(Matcher.Op.NOT_MATCHES));
        };
    }

    private List<Matcher> all(Matcher.Op matcher) {
        return values.stream().map(value -> new Matcher(label, matcher, value)).toList();
    }

    /** Names the condition: two with one name are one node of the network, so values are quoted. */
    @Override
    public String toString() {
        var text =
                new StringBuilder("label[").append(quoted(label)).append("] ").append(op.word);
        values.forEach(value -> text.append(' ').append(quoted(value)));
        return text.toString();
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
