package tocsin.drools;

import java.util.ArrayList;
import java.util.List;
import tocsin.drools.Token.Kind;

/**
 * Cuts a text into words and drops comments. One pass, no recursion, so no text can make it slow or overflow the
 * stack; a text that goes beyond its bounds never reaches a parser.
 */
final class Lexer {
    /** Longer texts are split by people or not meant for us. */
    static final int MAX_CHARACTERS = 64 * 1024;

    /** The vocabulary needs three levels of brackets. */
    private static final int MAX_NESTING = 16;

    private static final int MAX_STRING = 1024;
    private static final String SINGLE = "()[]{},;:@.?+-*/%^~";

    private final String text;
    private final Problems problems;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;
    private int lineStart;
    private int depth;

    private Lexer(String text, Problems problems) {
        this.text = text;
        this.problems = problems;
    }

    /** The words of a text, the last of kind {@link Kind#END}. They are complete unless problems were found. */
    static List<Token> read(String text, Problems problems) {
        if (text.length() > MAX_CHARACTERS) {
            problems.add(
                    1,
                    1,
                    "the text has %d characters, at most %d are read: split it into several texts"
                            .formatted(text.length(), MAX_CHARACTERS));
            return List.of(new Token(Kind.END, "", 0, 0, 1, 1));
        }
        return new Lexer(text, problems).read();
    }

    private List<Token> read() {
        refuseInvisible();
        while (at < text.length() && depth <= MAX_NESTING) {
            char c = text.charAt(at);
            if (c == '\n') {
                newLine();
            } else if (c == ' ' || c == '\t' || c == '\r') {
                at++;
            } else if (text.startsWith("//", at)) {
                lineComment();
            } else if (text.startsWith("/*", at)) {
                blockComment();
            } else if (c == '"') {
                string();
            } else if (isNameStart(c)) {
                name();
            } else if (isDigit(c)) {
                number();
            } else {
                symbol(c);
            }
        }
        add(Kind.END, "", text.length());
        return tokens;
    }

    /** Characters that make a text look different from what it says: nobody could review it. */
    private void refuseInvisible() {
        int seenLine = 1;
        int seenStart = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                seenLine++;
                seenStart = i + 1;
            } else if (isInvisible(c)) {
                problems.add(
                        seenLine,
                        i - seenStart + 1,
                        "the character U+%04X is invisible or reorders the text: remove it".formatted((int) c));
            }
        }
    }

    private static boolean isInvisible(char c) {
        return (Character.isISOControl(c) && c != '\n' && c != '\t' && c != '\r')
                || Character.getType(c) == Character.FORMAT
                || Character.getType(c) == Character.LINE_SEPARATOR
                || Character.getType(c) == Character.PARAGRAPH_SEPARATOR;
    }

    private void newLine() {
        at++;
        line++;
        lineStart = at;
    }

    private void lineComment() {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
    }

    private void blockComment() {
        int end = text.indexOf("*/", at + 2);
        if (end < 0) {
            problem("this comment is never closed: end it with */");
            at = text.length();
            return;
        }
        while (at < end + 2) {
            if (text.charAt(at) == '\n') {
                newLine();
            } else {
                at++;
            }
        }
    }

    /** A string ends on its line. Escapes are those of Java, so a regular expression's \d is written \\d. */
    private void string() {
        int end = at + 1;
        var value = new StringBuilder();
        while (end < text.length() && text.charAt(end) != '"' && text.charAt(end) != '\n') {
            if (text.charAt(end) == '\\' && end + 1 < text.length()) {
                end = escape(end, value);
            } else {
                value.append(text.charAt(end++));
            }
        }
        if (end >= text.length() || text.charAt(end) != '"') {
            problem("this string is not closed on its line: end it with \"");
            at = end;
            return;
        }
        if (value.length() > MAX_STRING) {
            problem("this string has %d characters, %d are allowed".formatted(value.length(), MAX_STRING));
        }
        add(Kind.STRING, value.toString(), end + 1);
    }

    private int escape(int backslash, StringBuilder value) {
        char escaped = text.charAt(backslash + 1);
        switch (escaped) {
            case '"', '\\' -> value.append(escaped);
            case 'n' -> value.append('\n');
            case 't' -> value.append('\t');
            default ->
                problems.add(
                        line,
                        backslash - lineStart + 1,
                        "\\%s is not known in a string: \\\\, \\\", \\n and \\t are; write \\\\%s for a regular expression's \\%s"
                                .formatted(escaped, escaped, escaped));
        }
        return escaped == '\n' ? backslash + 1 : backslash + 2;
    }

    private void name() {
        int end = at;
        while (end < text.length() && (isNameStart(text.charAt(end)) || isDigit(text.charAt(end)))) {
            end++;
        }
        add(Kind.NAME, text.substring(at, end), end);
    }

    private void number() {
        int end = digits(at);
        if (end + 1 < text.length() && text.charAt(end) == '.' && isDigit(text.charAt(end + 1))) {
            end = digits(end + 1);
        }
        if (end < text.length() && (text.charAt(end) == 'e' || text.charAt(end) == 'E')) {
            int sign = end + 1 < text.length() && "+-".indexOf(text.charAt(end + 1)) >= 0 ? 1 : 0;
            if (end + 1 + sign < text.length() && isDigit(text.charAt(end + 1 + sign))) {
                end = digits(end + 1 + sign);
            }
        }
        if (end < text.length() && (isNameStart(text.charAt(end)) || text.charAt(end) == '.')) {
            problem("a number is written like 0.9, -3 or 1e-3, without unit or suffix");
        }
        add(Kind.NUMBER, text.substring(at, end), end);
    }

    private int digits(int from) {
        int end = from;
        while (end < text.length() && isDigit(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private void symbol(char c) {
        String two = at + 1 < text.length() ? text.substring(at, at + 2) : "";
        if (two.equals("==")
                || two.equals("!=")
                || two.equals(">=")
                || two.equals("<=")
                || two.equals("&&")
                || two.equals("||")) {
            add(Kind.SYMBOL, two, at + 2);
        } else if (c == '=' || c == '>' || c == '<' || c == '!' || c == '&' || c == '|' || SINGLE.indexOf(c) >= 0) {
            nest(c);
            add(Kind.SYMBOL, String.valueOf(c), at + 1);
        } else {
            strange();
        }
    }

    private void nest(char c) {
        if (c == '(' || c == '[' || c == '{') {
            depth++;
            if (depth > MAX_NESTING) {
                problem("brackets are nested more than %d deep: write conditions side by side".formatted(MAX_NESTING));
            }
        } else if (c == ')' || c == ']' || c == '}') {
            depth = Math.max(0, depth - 1);
        }
    }

    private void strange() {
        int codePoint = text.codePointAt(at);
        if (codePoint == '\'') {
            problem("strings stand in double quotes: write \"...\"");
            lineComment(); // what follows up to the end of the line cannot be told apart
        } else if (codePoint == '\\') {
            problem("a backslash has no meaning outside a string: write the character itself");
        } else if (codePoint == '#') {
            problem("'#' has no meaning: write comments as // ...");
        } else if (!isInvisible((char) codePoint)) {
            problem("the character %s has no meaning outside a string or a comment: remove it"
                    .formatted(Character.toString(codePoint)));
        }
        if (at < text.length() && text.charAt(at) != '\n') {
            at += Character.charCount(text.codePointAt(at));
        }
    }

    private void problem(String message) {
        problems.add(line, at - lineStart + 1, message);
    }

    private void add(Kind kind, String value, int end) {
        tokens.add(new Token(kind, value, at, end, line, at - lineStart + 1));
        at = end;
    }

    private static boolean isNameStart(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
