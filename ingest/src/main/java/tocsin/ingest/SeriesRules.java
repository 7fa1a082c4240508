package tocsin.ingest;

import java.util.HashSet;
import java.util.List;
import tocsin.label.Labels;
import tocsin.signal.Series;

/** What a series must look like to be taken, whichever way it comes in. Safe for concurrent use. */
public final class SeriesRules {
    private static final int SHOWN_CHARACTERS = 120;

    private final IngestLimits limits;

    public SeriesRules(IngestLimits limits) {
        this.limits = limits;
    }

    /** The series of these labels: name, value, name, value, ... in any order, the metric's name among them. */
    public Series series(List<String> namesAndValues) throws InvalidSeriesException {
        int count = namesAndValues.size() / 2;
        if (count > limits.labels()) {
            throw refuse(
                    Refusal.TOO_MANY_LABELS,
                    namesAndValues,
                    "has %d labels, %d are allowed".formatted(count, limits.labels()));
        }
        var names = HashSet.<String>newHashSet(count);
        boolean named = false;
        for (int i = 0; i < namesAndValues.size(); i += 2) {
            String name = namesAndValues.get(i);
            String value = namesAndValues.get(i + 1);
            checkName(name, namesAndValues);
            checkValue(name, value, namesAndValues);
            if (!names.add(name)) {
                throw refuse(Refusal.DUPLICATE_LABEL, namesAndValues, "has label \"%s\" twice".formatted(shown(name)));
            }
            named |= name.equals(Labels.METRIC) && !value.isEmpty();
        }
        if (!named) {
            throw refuse(Refusal.NO_METRIC_NAME, namesAndValues, "has no metric name (label " + Labels.METRIC + ")");
        }
        return new Series(Labels.of(namesAndValues.toArray(String[]::new)));
    }

    private void checkName(String name, List<String> all) throws InvalidSeriesException {
        if (name.isEmpty()) {
            throw refuse(Refusal.INVALID_LABEL, all, "has a label without a name");
        }
        if (!isText(name)) {
            throw refuse(
                    Refusal.INVALID_LABEL, all, "has a label name that is not text: \"%s\"".formatted(shown(name)));
        }
        int bytes = utf8Length(name);
        if (bytes > limits.nameBytes()) {
            throw refuse(
                    Refusal.LABEL_TOO_LONG,
                    all,
                    "has a label name of %d bytes, %d are allowed: \"%s\""
                            .formatted(bytes, limits.nameBytes(), shown(name)));
        }
    }

    private void checkValue(String name, String value, List<String> all) throws InvalidSeriesException {
        if (!isText(value)) {
            throw refuse(
                    Refusal.INVALID_LABEL, all, "has a value of label \"%s\" that is not text".formatted(shown(name)));
        }
        int allowed = name.equals(Labels.METRIC) ? limits.nameBytes() : limits.valueBytes();
        int bytes = utf8Length(value);
        if (bytes > allowed) {
            throw refuse(
                    Refusal.LABEL_TOO_LONG,
                    all,
                    "has a value of label \"%s\" of %d bytes, %d are allowed".formatted(shown(name), bytes, allowed));
        }
    }

    /** Whether every database and browser can hold it: no NUL, which PostgreSQL refuses, and no half surrogates. */
    private static boolean isText(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == 0 || Character.isLowSurrogate(c)) {
                return false;
            }
            if (Character.isHighSurrogate(c)) {
                i++;
                if (i == value.length() || !Character.isLowSurrogate(value.charAt(i))) {
                    return false;
                }
            }
        }
        return true;
    }

    private static int utf8Length(String value) {
        int bytes = value.length();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            // each half of a surrogate pair stands for two of its four bytes
            bytes += c < 0x80 ? 0 : c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
        }
        return bytes;
    }

    private static InvalidSeriesException refuse(Refusal refusal, List<String> labels, String what) {
        return new InvalidSeriesException(refusal, "series " + shown(describe(labels)) + " " + what);
    }

    private static String describe(List<String> namesAndValues) {
        var metric = new StringBuilder();
        var others = new StringBuilder("{");
        for (int i = 0; i < namesAndValues.size() && others.length() <= SHOWN_CHARACTERS; i += 2) {
            String name = namesAndValues.get(i);
            if (name.equals(Labels.METRIC)) {
                metric.append(namesAndValues.get(i + 1));
            } else {
                others.append(others.length() > 1 ? ", " : "").append(name);
                others.append("=\"").append(namesAndValues.get(i + 1)).append('"');
            }
        }
        return metric.append(others).append('}').toString();
    }

    /** Short, and without characters that could break a line of a log or a terminal. */
    public static String shown(String text) {
        var shown = new StringBuilder();
        text.codePoints()
                .limit(SHOWN_CHARACTERS)
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE ? '?' : c)
                .forEach(shown::appendCodePoint);
        return shown.length() < text.length() ? shown + "…" : shown.toString();
    }
}
