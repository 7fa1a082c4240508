package tocsin.drools;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import tocsin.label.Matcher;

/**
 * Decides whether a regular expression may run. Java's matcher tries alternatives one after the other, so a short
 * expression such as {@code (a+)+b} can take for ever. Allowed is what cannot: letters, classes, groups, alternatives,
 * and a few repetitions of one character or class each.
 */
final class SafeExpression {
    /** How many ways of reading a value the repetitions and alternatives may allow; an open repetition counts 256. */
    private static final long MAX_COST = 256L * 256 * 64;

    private static final int OPEN = 256;
    private static final String LETTER_CLASSES = "dDwWsS";

    private final String text;
    private int at;
    private final Deque<Integer> alternatives = new ArrayDeque<>(List.of(1));
    private long cost = 1;
    private boolean lastWasGroup;
    private boolean repeatable;

    private SafeExpression(String text) {
        this.text = text;
    }

    /** What is wrong with the expression, or null when it may run. */
    static @Nullable String problem(String text) {
        if (text.length() > Matcher.MAX_PATTERN_LENGTH) {
            return "the expression has %d characters, %d are allowed: use label[...] in (\"...\", \"...\") for lists"
                    .formatted(text.length(), Matcher.MAX_PATTERN_LENGTH);
        }
        try {
            Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            return "this is not a regular expression: " + e.getDescription();
        }
        return new SafeExpression(text).scan();
    }

    private @Nullable String scan() {
        while (at < text.length()) {
            String problem = step(text.charAt(at));
            if (problem != null) {
                return problem;
            }
        }
        multiply(alternatives.pop());
        return cost <= MAX_COST
                ? null
                : "the expression repeats or chooses too much and could take for ever: use at most two of * and +";
    }

    private @Nullable String step(char c) {
        return switch (c) {
            case '*', '+' -> repeat(OPEN, 1);
            case '?' -> repeat(2, 1);
            case '{' -> counted();
            case '(' -> group();
            case ')' -> {
                multiply(alternatives.pop());
                yield atom(1, true);
            }
            case '[' -> characterClass();
            case '\\' -> escape();
            case '|' -> {
                at++;
                repeatable = false;
                alternatives.push(alternatives.pop() + 1);
                yield null;
            }
            default -> atom(1, false);
        };
    }

    private @Nullable String atom(int length, boolean group) {
        at += length;
        lastWasGroup = group;
        repeatable = true;
        return null;
    }

    private @Nullable String group() {
        if (at + 1 < text.length() && text.charAt(at + 1) == '?' && !text.startsWith("(?:", at)) {
            return "look-around, named groups and flags are not possible in an expression: use plain groups (...)";
        }
        at += text.startsWith("(?:", at) ? 3 : 1;
        alternatives.push(1);
        repeatable = false;
        return null;
    }

    private @Nullable String characterClass() {
        int end = at + 1;
        if (end < text.length() && text.charAt(end) == '^') {
            end++;
        }
        while (end < text.length() && text.charAt(end) != ']') {
            if (text.charAt(end) == '[' || text.startsWith("&&", end)) {
                return "classes inside classes are not possible in an expression: write [a-z0-9]";
            }
            end += text.charAt(end) == '\\' ? 2 : 1;
        }
        return atom(end + 1 - at, false);
    }

    private @Nullable String escape() {
        char escaped = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
        boolean letterOrDigit = Character.isLetterOrDigit(escaped);
        if (letterOrDigit && LETTER_CLASSES.indexOf(escaped) < 0) {
            return "\\%s is not possible in an expression: \\d, \\w and \\s are, and \\ before a special character"
                    .formatted(escaped);
        }
        return atom(2, false);
    }

    private @Nullable String counted() {
        int close = text.indexOf('}', at);
        String[] bounds = text.substring(at + 1, close).split(",", -1);
        int least = Integer.parseInt(bounds[0]);
        if (bounds.length == 1) {
            return repeat(1, close + 1 - at);
        }
        return repeat(bounds[1].isEmpty() ? OPEN : Integer.parseInt(bounds[1]) - least + 1, close + 1 - at);
    }

    private @Nullable String repeat(int ways, int length) {
        if (lastWasGroup && text.charAt(at) != '?') { // what is there once or not at all is not repeated
            return "a group cannot be repeated in an expression, it could take for ever: repeat a character or a class";
        }
        if (!repeatable) {
            return "a repetition follows no character or class: write one of *, + and ? behind one";
        }
        at += length;
        repeatable = false;
        multiply(ways);
        return null;
    }

    private void multiply(int ways) {
        cost = Math.min(MAX_COST + 1, cost * Math.max(1, ways));
    }
}
