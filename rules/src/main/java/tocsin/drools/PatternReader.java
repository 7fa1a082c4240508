package tocsin.drools;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tocsin.drools.Cursor.Unreadable;
import tocsin.drools.Token.Kind;
import tocsin.rule.Durations;
import tocsin.rule.Window;

/** Reads the conditions between the parentheses of {@code Series(...)}. */
final class PatternReader {
    private static final int MAX_CONDITIONS = 64;
    private static final String KNOWN =
            "a condition starts with metric, label[\"...\"], value, avg, min, max, sum, count, rate, increase, quantile or absent";
    private static final Map<String, Window.Function> FUNCTIONS = Map.of(
            "avg", Window.Function.AVG,
            "min", Window.Function.MIN,
            "max", Window.Function.MAX,
            "sum", Window.Function.SUM,
            "count", Window.Function.COUNT,
            "rate", Window.Function.RATE,
            "increase", Window.Function.INCREASE,
            "quantile", Window.Function.QUANTILE,
            "absent", Window.Function.ABSENT);

    private final List<Token> tokens;
    private final Problems problems;
    private final List<LabelTest> labels = new ArrayList<>();
    private final List<List<Comparison>> numbers = new ArrayList<>();
    private @Nullable String metric;
    private int conditions;

    private PatternReader(List<Token> tokens, Problems problems) {
        this.tokens = tokens;
        this.problems = problems;
    }

    /**
     * Reads from behind the opening parenthesis up to the closing one.
     *
     * @param type the word {@code Series}, where problems of the whole are reported
     */
    static @Nullable SeriesPattern read(
            List<Token> tokens, int from, int to, String variable, Token type, Problems problems) {
        int before = problems.size();
        var reader = new PatternReader(tokens, problems);
        reader.conditions(from, to);
        if (problems.size() == before) {
            reader.checkWhole(type);
        }
        String metric = reader.metric;
        return problems.size() > before || metric == null
                ? null
                : new SeriesPattern(variable, metric, reader.labels, reader.numbers);
    }

    /** Commas separate conditions; a bad one does not keep the next from being read. */
    private void conditions(int from, int to) {
        int start = from;
        while (start < to || (start == to && start > from)) {
            var scan = new Cursor(tokens, start, to, problems);
            while (!scan.atEnd() && !scan.nextIs(",")) {
                scan.skip();
            }
            condition(new Cursor(tokens, start, scan.at(), problems));
            start = scan.at() + 1;
        }
    }

    private void condition(Cursor cursor) {
        try {
            if (cursor.atEnd()) {
                throw cursor.refuse(cursor.peek(), "a condition is missing before " + cursor.peek());
            }
            if (++conditions > MAX_CONDITIONS) {
                throw cursor.refuse(cursor.peek(), "a pattern has at most %d conditions".formatted(MAX_CONDITIONS));
            }
            if (cursor.holds("||")) {
                alternatives(cursor);
            } else {
                test(cursor);
                while (cursor.takeIf("&&")) {
                    test(cursor);
                }
            }
            if (!cursor.atEnd()) {
                throw cursor.refuse(cursor.peek(), unexpected(cursor.peek()));
            }
        } catch (Unreadable e) {
            // the problem is noted; the next condition is read
        }
    }

    private static String unexpected(Token token) {
        if (token.is(".")) {
            return "nothing can be called in a rule: " + KNOWN;
        }
        if (token.is("+") || token.is("-") || token.is("*") || token.is("/") || token.is("%")) {
            return "numbers cannot be computed in a rule: compare with one number";
        }
        return "unexpected %s: separate conditions with commas".formatted(token);
    }

    /** Only numbers can be alternatives; for labels there are {@code in} and {@code matches}. */
    private void alternatives(Cursor cursor) throws Unreadable {
        var anyOf = new ArrayList<Comparison>();
        do {
            if (cursor.nextIs("metric") || cursor.nextIs("label")) {
                throw cursor.refuse(
                        cursor.peek(),
                        "|| joins comparisons of numbers only: use label[\"...\"] in (\"...\", \"...\") or a second rule");
            }
            anyOf.add(comparison(cursor));
        } while (cursor.takeIf("||"));
        if (cursor.nextIs("&&")) {
            throw cursor.refuse(
                    cursor.peek(), "&& and || cannot be mixed in one condition: write a comma instead of &&");
        }
        numbers.add(anyOf);
    }

    private void test(Cursor cursor) throws Unreadable {
        if (cursor.nextIs("metric")) {
            metric(cursor);
        } else if (cursor.nextIs("label")) {
            label(cursor);
        } else {
            numbers.add(List.of(comparison(cursor)));
        }
    }

    private void metric(Cursor cursor) throws Unreadable {
        Token word = cursor.take();
        if (cursor.atEnd() || !cursor.peek().is("==")) {
            throw cursor.refuse(
                    cursor.peek(),
                    "a metric is named exactly: write metric == \"name\"; for several metrics write several rules");
        }
        cursor.take();
        Token name = cursor.expect(Kind.STRING, "the metric's name in double quotes");
        if (name.text().isEmpty()) {
            throw cursor.refuse(name, "the metric's name is empty");
        }
        if (metric != null) {
            throw cursor.refuse(word, "the metric is named twice: a series has one");
        }
        metric = name.text();
    }

    private void label(Cursor cursor) throws Unreadable {
        cursor.take();
        cursor.expect("[", "after label, as in label[\"env\"]");
        Token name = cursor.expect(Kind.STRING, "the label's name in double quotes");
        if (name.text().isEmpty() || name.text().startsWith("__")) {
            throw cursor.refuse(
                    name,
                    "label[%s] cannot be used: name a label of the series, and the metric by metric == \"...\""
                            .formatted(name));
        }
        cursor.expect("]", "after the label's name");
        labels.add(labelTest(cursor, name.text()));
    }

    private LabelTest labelTest(Cursor cursor, String label) throws Unreadable {
        Token operator = cursor.peek();
        if (cursor.takeIf("==")) {
            return one(cursor, label, LabelTest.Op.EQUAL);
        }
        if (cursor.takeIf("!=")) {
            return one(cursor, label, LabelTest.Op.NOT_EQUAL);
        }
        boolean not = cursor.takeIf("not");
        if (cursor.takeIf("in")) {
            return new LabelTest(label, not ? LabelTest.Op.NOT_IN : LabelTest.Op.IN, list(cursor));
        }
        if (cursor.takeIf("matches")) {
            return expression(cursor, label, not ? LabelTest.Op.NOT_MATCHES : LabelTest.Op.MATCHES);
        }
        throw cursor.refuse(
                operator,
                "expected ==, !=, in, not in, matches or not matches after label[\"%s\"], found %s"
                        .formatted(label, operator));
    }

    private static LabelTest one(Cursor cursor, String label, LabelTest.Op op) throws Unreadable {
        return new LabelTest(
                label,
                op,
                List.of(cursor.expect(Kind.STRING, "a value in double quotes").text()));
    }

    private static LabelTest expression(Cursor cursor, String label, LabelTest.Op op) throws Unreadable {
        Token expression = cursor.expect(Kind.STRING, "a regular expression in double quotes");
        String problem = SafeExpression.problem(expression.text());
        if (problem != null) {
            throw cursor.refuse(expression, problem);
        }
        return new LabelTest(label, op, List.of(expression.text()));
    }

    private static List<String> list(Cursor cursor) throws Unreadable {
        var values = new ArrayList<String>();
        cursor.expect("(", "before the list of values, as in (\"a\", \"b\")");
        do {
            values.add(cursor.expect(Kind.STRING, "a value in double quotes").text());
        } while (cursor.takeIf(","));
        cursor.expect(")", "after the list of values");
        return values;
    }

    private Comparison comparison(Cursor cursor) throws Unreadable {
        Token word = cursor.peek();
        Quantity quantity = quantity(cursor);
        Operator operator = cursor.atEnd() ? null : Operator.find(cursor.peek());
        Window window = quantity.window();
        if (operator == null && window != null && window.function() == Window.Function.ABSENT) {
            return new Comparison(quantity, Operator.EQUAL, 1);
        }
        if (operator == null) {
            throw cursor.refuse(
                    cursor.peek(),
                    "expected >, >=, <, <=, == or != after %s, found %s".formatted(word.text(), cursor.peek()));
        }
        cursor.take();
        return new Comparison(quantity, operator, number(cursor));
    }

    private static double number(Cursor cursor) throws Unreadable {
        boolean negative = cursor.takeIf("-");
        if (!negative) {
            cursor.takeIf("+");
        }
        Token number = cursor.expect(Kind.NUMBER, "a number such as 0.9 or -3");
        double value = Double.parseDouble(number.text());
        if (Double.isInfinite(value)) {
            throw cursor.refuse(number, number + " is larger than any number that can be measured");
        }
        return negative ? -value : value;
    }

    private Quantity quantity(Cursor cursor) throws Unreadable {
        Token word = cursor.atEnd() ? cursor.peek() : cursor.take();
        if (word.is("value")) {
            return Quantity.VALUE;
        }
        Window.Function function = word.kind() == Kind.NAME ? FUNCTIONS.get(word.text()) : null;
        if (function == null) {
            throw cursor.refuse(word, strange(word, cursor));
        }
        return new Quantity(window(cursor, word, function));
    }

    private static Window window(Cursor cursor, Token word, Window.Function function) throws Unreadable {
        boolean quantile = function == Window.Function.QUANTILE;
        String form = quantile ? "quantile(\"10m\", 0.99)" : word.text() + "(\"5m\")";
        cursor.expect("(", "after " + word.text() + ", as in " + form);
        Token length = cursor.expect(Kind.STRING, "the window's length in double quotes, as in " + form);
        double argument = 0;
        if (quantile) {
            cursor.expect(",", "and the quantile, as in " + form);
            argument = number(cursor);
        }
        cursor.expect(")", "after the window, as in " + form);
        try {
            return new Window(function, Durations.parse(length.text()), argument);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw cursor.refuse(length, String.valueOf(e.getMessage()));
        }
    }

    /** Says what to do instead of what somebody who knows Drools or Java would try here. */
    private static String strange(Token word, Cursor cursor) {
        if (word.is("new")) {
            return "nothing can be created in a rule: " + KNOWN;
        }
        boolean called = word.kind() == Kind.NAME && (cursor.nextIs(".") || cursor.nextIs("("));
        if (called || word.is("eval") || word.is("this")) {
            return "%s cannot be called in a rule: %s".formatted(word, KNOWN);
        }
        if (word.kind() == Kind.NAME && (cursor.nextIs(":") || cursor.nextIs(":="))) {
            return "values cannot be bound to variables: compare them here";
        }
        if (word.kind() == Kind.NUMBER || word.kind() == Kind.STRING) {
            return "a condition cannot start with %s: write what is compared on the left".formatted(word);
        }
        if (word.is("(")) {
            return "conditions cannot be put in parentheses: separate them with commas";
        }
        if (word.is("!")) {
            return "a condition cannot be negated with !: use != or the opposite comparison";
        }
        return "%s is not known here: %s".formatted(word, KNOWN);
    }

    private void checkWhole(Token type) {
        if (metric == null) {
            problems.add(type, "the pattern names no metric: add metric == \"name\"");
        }
        if (numbers.isEmpty()) {
            problems.add(
                    type,
                    "the pattern compares no number, so it would always hold: add for example value > 0.9 or absent(\"5m\")");
        }
        long selectors = 1;
        for (var label : labels) {
            selectors =
                    Math.min(Integer.MAX_VALUE, selectors * label.alternatives().size());
        }
        if (selectors > SeriesPattern.MAX_SELECTORS) {
            problems.add(
                    type,
                    "the lists after in make %d combinations, %d are allowed: use matches, or several rules"
                            .formatted(selectors, SeriesPattern.MAX_SELECTORS));
        }
    }
}
