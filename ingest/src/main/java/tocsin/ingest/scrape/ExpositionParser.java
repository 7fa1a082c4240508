package tocsin.ingest.scrape;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tocsin.ingest.SeriesRules;
import tocsin.label.Labels;

/**
 * Reads the Prometheus text format 0.0.4 and OpenMetrics 1.0, as far as samples go: histograms and summaries are the
 * series that they are written as; types, help texts, units and exemplars are skipped. Names in quotes, as Prometheus 3
 * writes names beyond ASCII, are read in both.
 */
final class ExpositionParser {
    /** Which of the two formats, where they differ. */
    enum Dialect {
        /** Times are whole milliseconds. */
        TEXT,
        /** Times are seconds, and the last line is {@code # EOF}. */
        OPEN_METRICS
    }

    /** Takes samples one by one; labels as name, value, name, value, ... with the metric's name among them. */
    @FunctionalInterface
    interface Sink {
        void sample(List<String> labels, double value, @Nullable Long timeMillis);
    }

    private static final String EOF = "# EOF";

    private final String text;
    private final Dialect dialect;
    private int at;
    private int line;

    private ExpositionParser(String text, Dialect dialect) {
        this.text = text;
        this.dialect = dialect;
    }

    /** Read everything. Samples before a mistake reach the sink. */
    static void parse(String text, Dialect dialect, Sink sink) throws ExpositionException {
        new ExpositionParser(text, dialect).parse(sink);
    }

    private void parse(Sink sink) throws ExpositionException {
        boolean ended = false;
        while (at < text.length()) {
            line++;
            if (ended) {
                throw wrong("something follows # EOF");
            }
            skipBlanks();
            if (atLineEnd()) {
                nextLine();
            } else if (text.charAt(at) == '#') {
                ended = dialect == Dialect.OPEN_METRICS && restOfLine().equals(EOF);
                nextLine();
            } else {
                sample(sink);
            }
        }
        if (dialect == Dialect.OPEN_METRICS && !ended) {
            throw wrong("the text does not end with # EOF; it may have been cut off");
        }
    }

    private void sample(Sink sink) throws ExpositionException {
        var labels = new ArrayList<String>();
        if (text.charAt(at) != '{') {
            labels.add(Labels.METRIC);
            labels.add(name(true));
            skipBlanks();
        }
        if (peek() == '{') {
            at++;
            labels(labels);
        }
        if (!labels.contains(Labels.METRIC)) {
            throw wrong("there is no metric name");
        }
        double value = value(word("a value"));
        Long time = null;
        skipBlanks();
        if (!atLineEnd() && peek() != '#') {
            time = time(word("a time"));
            skipBlanks();
        }
        if (!atLineEnd() && !(dialect == Dialect.OPEN_METRICS && peek() == '#')) { // there, an exemplar may follow
            throw wrong("there is something behind the value: \"" + SeriesRules.shown(restOfLine()) + "\"");
        }
        nextLine();
        sink.sample(labels, value, time);
    }

    /** Behind the opening brace; up to and with the closing one. A lone quoted word is the metric's name. */
    private void labels(List<String> labels) throws ExpositionException {
        while (true) {
            skipBlanks();
            if (peek() == '}') {
                at++;
                return;
            }
            boolean quoted = peek() == '"';
            String name = quoted ? quoted() : name(false);
            skipBlanks();
            if (peek() == '=') {
                at++;
                skipBlanks();
                labels.add(name);
                labels.add(quoted());
            } else if (quoted && !labels.contains(Labels.METRIC)) {
                labels.add(Labels.METRIC);
                labels.add(name);
            } else {
                throw wrong("label \"" + SeriesRules.shown(name) + "\" has no value");
            }
            skipBlanks();
            if (peek() == ',') {
                at++;
            } else if (peek() != '}') {
                throw wrong("between labels there must be a comma");
            }
        }
    }

    private String name(boolean colons) throws ExpositionException {
        int start = at;
        while (at < text.length() && isNamePart(text.charAt(at), colons, at > start)) {
            at++;
        }
        if (at == start) {
            throw wrong("a name is expected at \"" + SeriesRules.shown(restOfLine()) + "\"");
        }
        return text.substring(start, at);
    }

    private static boolean isNamePart(char c, boolean colons, boolean inside) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || c == '_'
                || (colons && c == ':')
                || (inside && c >= '0' && c <= '9');
    }

    private String quoted() throws ExpositionException {
        if (peek() != '"') {
            throw wrong("a text in double quotes is expected");
        }
        at++;
        int end = at;
        while (end < text.length() && text.charAt(end) != '"') {
            if (text.charAt(end) == '\n') {
                break;
            }
            end += text.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= text.length() || text.charAt(end) != '"') {
            throw wrong("a closing double quote is missing");
        }
        String raw = text.substring(at, end);
        at = end + 1;
        return raw.indexOf('\\') < 0 ? raw : unescape(raw);
    }

    /** Backslash, quote and line feed are escaped; Prometheus lets any other backslash stand, and so do we. */
    private static String unescape(String raw) {
        var plain = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            char next = c == '\\' && i + 1 < raw.length() ? raw.charAt(i + 1) : 0;
            if (next == '\\' || next == '"' || next == 'n') {
                plain.append(next == 'n' ? '\n' : next);
                i++;
            } else {
                plain.append(c);
            }
        }
        return plain.toString();
    }

    private String word(String what) throws ExpositionException {
        skipBlanks();
        int start = at;
        while (!atLineEnd() && peek() != ' ' && peek() != '\t') {
            at++;
        }
        if (at == start) {
            throw wrong(what + " is missing");
        }
        return text.substring(start, at);
    }

    private double value(String word) throws ExpositionException {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "nan" -> Double.NaN; // never the staleness marker, whose bits text cannot carry
            case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
            case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
            default -> number(word, "value");
        };
    }

    private double number(String word, String what) throws ExpositionException {
        for (int i = 0; i < word.length(); i++) {
            if ("0123456789+-.eE".indexOf(word.charAt(i)) < 0) { // Java would also take 1d, 1f and 0x1p3
                throw wrong("\"" + SeriesRules.shown(word) + "\" is not a " + what);
            }
        }
        try {
            return Double.parseDouble(word);
        } catch (NumberFormatException e) {
            throw wrong("\"" + SeriesRules.shown(word) + "\" is not a " + what);
        }
    }

    private long time(String word) throws ExpositionException {
        try {
            return switch (dialect) {
                case TEXT -> Long.parseLong(word);
                case OPEN_METRICS -> millis(word);
            };
        } catch (ArithmeticException | NumberFormatException e) {
            throw wrong("\"" + SeriesRules.shown(word) + "\" is not a time");
        }
    }

    private long millis(String seconds) throws ExpositionException {
        if (Math.abs(number(seconds, "time")) > 1e15) { // so that 1e999999999 costs nothing
            throw wrong("\"" + SeriesRules.shown(seconds) + "\" is not a time");
        }
        return new BigDecimal(seconds).movePointRight(3).longValue();
    }

    private char peek() {
        return at < text.length() ? text.charAt(at) : '\n';
    }

    private boolean atLineEnd() {
        return peek() == '\n' || (peek() == '\r' && (at + 1 == text.length() || text.charAt(at + 1) == '\n'));
    }

    private void skipBlanks() {
        while (peek() == ' ' || peek() == '\t') {
            at++;
        }
    }

    private String restOfLine() {
        int end = text.indexOf('\n', at);
        return text.substring(at, end < 0 ? text.length() : end).stripTrailing();
    }

    private void nextLine() {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end + 1;
    }

    private ExpositionException wrong(String message) {
        return new ExpositionException(Math.max(1, line), message);
    }
}
