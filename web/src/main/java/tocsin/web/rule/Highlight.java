package tocsin.web.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Splits a rule's text into pieces that the page colours. It does not judge the text. */
final class Highlight {
    private static final Pattern PIECE = Pattern.compile("(?<comment>//[^\\n]*|/\\*[^*]*(?:\\*(?!/)[^*]*)*\\*/)"
            + "|(?<text>\"(?:[^\"\\\\\\n]|\\\\.)*\")"
            + "|(?<annotation>@[A-Za-z]\\w*)"
            + "|(?<word>\\b(?:rule|when|then|end|package|not|exists|and|or|in|memberOf|contains|matches)\\b)"
            + "|(?<function>\\b(?:raise|avg|min|max|sum|count|rate|increase|quantile|absent)\\b(?=\\())"
            + "|(?<variable>\\$\\w+)"
            + "|(?<number>\\b\\d+(?:\\.\\d+)?\\b)");
    private static final List<String> KINDS =
            List.of("comment", "text", "annotation", "word", "function", "variable", "number");

    private Highlight() {}

    /** A piece of a line; {@code kind} names its style and is empty for plain text. */
    record Piece(String kind, String text) {}

    /** The lines of a text, each as its pieces. */
    static List<List<Piece>> lines(String text) {
        String source = text.stripTrailing();
        var lines = new ArrayList<List<Piece>>();
        lines.add(new ArrayList<>());
        var match = PIECE.matcher(source);
        int at = 0;
        while (match.find()) {
            add(lines, "", source.substring(at, match.start()));
            String kind = KINDS.stream()
                    .filter(name -> match.group(name) != null)
                    .findFirst()
                    .orElse("");
            add(lines, kind, match.group());
            at = match.end();
        }
        add(lines, "", source.substring(at));
        return lines;
    }

    private static void add(List<List<Piece>> lines, String kind, String text) {
        String[] parts = text.replace("\r", "").split("\n", -1);
        for (int i = 0; i < parts.length; i++) {
            if (i > 0) {
                lines.add(new ArrayList<>());
            }
            if (!parts[i].isEmpty()) {
                lines.getLast().add(new Piece(kind, parts[i]));
            }
        }
    }
}
