package tocsin.drools;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tocsin.drools.Cursor.Unreadable;
import tocsin.drools.Token.Kind;
import tocsin.rule.RuleDefinition;
import tocsin.rule.RuleId;

/** Reads one rule, from {@code rule} to {@code end}. */
final class RuleReader {
    private static final String ONE_SERIES =
            "%s is not yet possible: a rule has exactly one pattern $series : Series(...)";

    /** What people who know Drools write between when and then, and what to tell them. */
    private static final Map<String, String> LEFT_SIDE = Map.ofEntries(
            Map.entry("not", ONE_SERIES.formatted("'not'")),
            Map.entry("exists", ONE_SERIES.formatted("'exists'")),
            Map.entry("forall", ONE_SERIES.formatted("'forall'")),
            Map.entry("and", ONE_SERIES.formatted("'and'")),
            Map.entry("or", "'or' is not possible between patterns: write a second rule"),
            Map.entry("accumulate", "'accumulate' is not possible: use avg(\"5m\"), sum(\"5m\") and the like"),
            Map.entry("acc", "'acc' is not possible: use avg(\"5m\"), sum(\"5m\") and the like"),
            Map.entry("collect", "'collect' is not possible: use count(\"5m\") and the like"),
            Map.entry("groupby", "'groupby' is not possible: each series is judged on its own"),
            Map.entry("from", "'from' is not possible: the only facts are the live series"),
            Map.entry("over", "'over' is not possible: use avg(\"5m\") and the like for windows"),
            Map.entry("eval", "'eval' is not possible: write conditions inside Series(...)"));

    private final String text;
    private final List<Token> tokens;
    private final int from;
    private final int to;
    private final Problems problems;
    private final AnnotationReader annotations;
    private @Nullable RuleId id;
    private final List<SeriesPattern> patterns = new ArrayList<>();
    private final List<String> variables = new ArrayList<>();
    private @Nullable String raised;

    private RuleReader(String text, List<Token> tokens, int from, int to, Problems problems) {
        this.text = text;
        this.tokens = tokens;
        this.from = from;
        this.to = to;
        this.problems = problems;
        this.annotations = new AnnotationReader(problems);
    }

    /**
     * Reads the words from {@code rule} up to, without, {@code end}; null when there are problems.
     *
     * @param text the rule's own text, which its definition keeps
     */
    static @Nullable DroolsCompiledRule read(String text, List<Token> tokens, int from, int to, Problems problems) {
        return new RuleReader(text, tokens, from, to, problems).read();
    }

    private @Nullable DroolsCompiledRule read() {
        int before = problems.size();
        int when = find("when", from);
        int then = find("then", when);
        int annotationsEnd = Math.min(when, then);
        var header = new Cursor(tokens, from + 1, annotationsEnd, problems);
        Token name = header.peek();
        name(header);
        header(header);
        if (when == to) {
            problems.add(tokens.get(annotationsEnd), "'when' is missing: a rule reads rule ... when ... then ... end");
        } else {
            leftSide(new Cursor(tokens, when + 1, then, problems));
        }
        if (then == to) {
            problems.add(tokens.get(to), "'then' is missing: a rule reads rule ... when ... then ... end");
        } else {
            rightSide(new Cursor(tokens, then + 1, to, problems));
        }
        RuleDefinition definition = annotations.definition(id, name, text);
        return problems.size() > before || definition == null || raised == null
                ? null
                : new DroolsCompiledRule(definition, new RuleModel(patterns, raised));
    }

    private int find(String word, int start) {
        int i = start;
        while (i < to && !tokens.get(i).is(word)) {
            i++;
        }
        return i;
    }

    private void name(Cursor header) {
        Token name = header.take();
        if (header.at() == from + 1 || (name.kind() != Kind.STRING && name.kind() != Kind.NAME)) {
            problems.add(name, "the rule's name in double quotes is missing behind 'rule'");
            return;
        }
        try {
            id = new RuleId(name.text());
        } catch (IllegalArgumentException e) {
            problems.add(name, String.valueOf(e.getMessage()));
        }
    }

    private void header(Cursor header) {
        while (!header.atEnd()) {
            if (header.nextIs("@")) {
                annotations.read(header);
            } else {
                attribute(header);
            }
        }
    }

    /** Reports one attribute and passes over its value. */
    private void attribute(Cursor header) {
        Token start = header.take();
        String name = start.text();
        while (header.nextIs("-")) { // no-loop, agenda-group
            header.take();
            name += "-" + header.take().text();
        }
        if (start.is("extends")) {
            problems.add(start, "'extends' is not possible: write all conditions in the rule");
        } else if (start.kind() == Kind.NAME) {
            problems.add(
                    start,
                    "the attribute '%s' is not possible: rules do not influence each other, and time is set by @for and @keepFiring"
                            .formatted(name));
        } else {
            problems.add(start, "expected an annotation or 'when', found %s".formatted(start));
        }
        while (!header.atEnd() && !header.nextIs("@") && header.peek().kind() != Kind.NAME) {
            header.skip();
        }
        if (header.nextIs("true") || header.nextIs("false") || start.is("extends")) {
            header.skip();
        }
    }

    private void leftSide(Cursor cursor) {
        if (cursor.atEnd()) {
            problems.add(
                    cursor.peek(), "the condition is missing: write $series : Series(metric == \"name\", value > 1)");
        }
        while (!cursor.atEnd()) {
            try {
                pattern(cursor);
            } catch (Unreadable e) {
                skipToPattern(cursor);
            }
        }
    }

    private static void skipToPattern(Cursor cursor) {
        while (!cursor.atEnd()
                && !(cursor.peek().isVariable() && cursor.peekSecond().is(":"))) {
            cursor.skip();
        }
    }

    private void pattern(Cursor cursor) throws Unreadable {
        Token first = cursor.peek();
        String instead = first.kind() == Kind.NAME ? LEFT_SIDE.get(first.text()) : null;
        if (instead != null) {
            cursor.take();
            throw cursor.refuse(first, instead);
        }
        String variable = variable(cursor);
        Token type = cursor.expect(Kind.NAME, "Series(...)");
        if (!type.is("Series")) {
            throw cursor.refuse(
                    type, "%s is not known: the only facts are live series, written Series(...)".formatted(type));
        }
        if (!cursor.nextIs("(")) {
            throw cursor.refuse(cursor.peek(), "expected '(' after Series, found %s".formatted(cursor.peek()));
        }
        int open = cursor.at();
        int close = cursor.closing(open);
        cursor.moveTo(close + 1);
        if (!tokens.get(close).is(")")) {
            throw cursor.refuse(tokens.get(open), "this parenthesis is never closed");
        }
        add(first, variable, PatternReader.read(tokens, open + 1, close, variable, type, problems));
    }

    private static String variable(Cursor cursor) throws Unreadable {
        Token first = cursor.peek();
        if (first.is("Series")) {
            throw cursor.refuse(first, "the series needs a name for raise: write $series : Series(...)");
        }
        if (!first.isVariable()) {
            throw cursor.refuse(first, "expected a pattern $series : Series(...), found %s".formatted(first));
        }
        cursor.take();
        cursor.expect(":", "after " + first.text() + ", as in $series : Series(...)");
        return first.text();
    }

    private void add(Token first, String variable, @Nullable SeriesPattern pattern) {
        if (!variables.isEmpty()) {
            problems.add(first, ONE_SERIES.formatted("a second pattern"));
        }
        variables.add(variable);
        if (pattern != null) {
            patterns.add(pattern);
        }
    }

    /** Exactly {@code raise($variable);}. */
    private void rightSide(Cursor cursor) {
        Token start = cursor.peek();
        boolean fits = cursor.takeIf("raise") && cursor.takeIf("(");
        Token variable = cursor.take();
        if (!fits || !variable.isVariable() || !cursor.takeIf(")") || !cursor.takeIf(";") || !cursor.atEnd()) {
            problems.add(
                    start,
                    "behind 'then' stands raise(%s); and nothing else: a rule states a finding, it runs no code"
                            .formatted(variables.isEmpty() ? "$series" : variables.getFirst()));
            return;
        }
        if (!variables.isEmpty() && !variables.contains(variable.text())) {
            problems.add(variable, "%s is not named behind 'when': raise one of %s".formatted(variable, variables));
        }
        raised = variable.text();
    }
}
