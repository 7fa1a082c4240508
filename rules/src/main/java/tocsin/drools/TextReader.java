package tocsin.drools;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tocsin.drools.Token.Kind;

/**
 * Reads a text of any number of rules. Knows the vocabulary of {@code docs/rules.md} and nothing else; what it does
 * not know it refuses, so there is no list of forbidden words that could have a gap. The messages know more words,
 * to say what to do instead.
 */
final class TextReader {
    private static final int MAX_RULES = 1_000;

    private static final Map<String, String> TOP_LEVEL = Map.ofEntries(
            Map.entry("package", "'package' is not needed: remove the line, a rule is known by its name"),
            Map.entry("unit", "'unit' is not possible: a text holds rules only"),
            Map.entry("import", "'import' is not possible: the only facts are live series, written Series(...)"),
            Map.entry("global", "'global' is not possible: a rule sees live series only"),
            Map.entry("function", "'function' is not possible: a rule runs no code"),
            Map.entry("declare", "'declare' is not possible: the only facts are live series, written Series(...)"),
            Map.entry("query", "'query' is not possible: a text holds rules only"),
            Map.entry("expander", "'expander' is not possible: write the rule in DRL"),
            Map.entry("dialect", "'dialect' is not possible: a rule runs no code"));

    private final String text;
    private final Problems problems;
    private final List<Token> tokens;
    private final List<DroolsCompiledRule> rules = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private int at;

    private TextReader(String text, List<Token> tokens, Problems problems) {
        this.text = text;
        this.tokens = tokens;
        this.problems = problems;
    }

    /** The rules of a text, complete when no problems were found. */
    static List<DroolsCompiledRule> read(String text, Problems problems) {
        var tokens = Lexer.read(text, problems);
        var reader = new TextReader(text, tokens, problems);
        if (tokens.size() > 1) {
            reader.read();
        } else if (problems.isEmpty()) {
            problems.add(1, 1, "the text holds no rule: write rule \"name\" ... when ... then ... end");
        }
        return reader.rules;
    }

    private void read() {
        int count = 0;
        while (tokens.get(at).kind() != Kind.END) {
            Token start = tokens.get(at);
            if (!start.is("rule")) {
                refuse(start);
            } else if (++count > MAX_RULES) {
                problems.add(start, "a text holds at most %d rules: split it".formatted(MAX_RULES));
                return;
            } else {
                rule();
            }
        }
    }

    private void refuse(Token start) {
        String known = start.kind() == Kind.NAME ? TOP_LEVEL.get(start.text()) : null;
        problems.add(start, known != null ? known : "expected 'rule', found %s".formatted(start));
        at++;
        while (tokens.get(at).kind() != Kind.END && !startsStatement(at)) {
            at++;
        }
    }

    /** Only at the beginning of a line, for a word such as {@code function} may well stand elsewhere. */
    private boolean startsStatement(int place) {
        Token token = tokens.get(place);
        boolean firstOfLine = token.line() > tokens.get(place - 1).line();
        return firstOfLine && token.kind() == Kind.NAME && (token.is("rule") || TOP_LEVEL.containsKey(token.text()));
    }

    private void rule() {
        int start = at;
        Token name = tokens.get(start + 1);
        int end = start + 1;
        while (tokens.get(end).kind() != Kind.END && !tokens.get(end).is("end") && !startsRule(end)) {
            end++;
        }
        if (!tokens.get(end).is("end")) {
            problems.add(tokens.get(end), "'end' is missing: a rule reads rule ... when ... then ... end");
        }
        at = tokens.get(end).is("end") ? end + 1 : end;
        if (name.kind() != Kind.END && !names.add(name.text())) {
            problems.add(name, "there are two rules of the name %s in this text".formatted(name));
        }
        var rule = RuleReader.read(ownText(start, end), tokens, start, end, problems);
        if (rule != null) {
            rules.add(rule);
        }
    }

    private boolean startsRule(int place) {
        return tokens.get(place).is("rule") && startsStatement(place);
    }

    /** The rule as it was written, with the comment right above it, which says why it is as it is. */
    private String ownText(int start, int end) {
        int previousEnd = start == 0 ? 0 : tokens.get(start - 1).end();
        int from = tokens.get(start).start();
        int line = lineStart(from);
        while (line > previousEnd
                && text.substring(lineStart(line - 1), line).strip().startsWith("//")
                && lineStart(line - 1) >= previousEnd) {
            line = lineStart(line - 1);
            from = line;
        }
        return text.substring(from, tokens.get(end).end()).strip() + "\n";
    }

    private int lineStart(int offset) {
        return text.lastIndexOf('\n', offset - 1) + 1;
    }
}
