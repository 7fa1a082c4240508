package tocsin.label;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An immutable set of label names and values, sorted by name. As in Prometheus, an empty value means that
 * the label is not there, and the metric's name is the label {@value #METRIC}.
 */
public final class Labels {
    /** The label that holds the metric's name. */
    public static final String METRIC = "__name__";

    /** No labels at all. */
    public static final Labels EMPTY = new Labels(new String[0]);

    private final String[] pairs; // name, value, name, value, ... sorted by name
    private final Fingerprint fingerprint;

    private Labels(String[] pairs) {
        this.pairs = pairs;
        this.fingerprint = fingerprintOf(pairs);
    }

    /** From name, value, name, value, ... in any order. */
    public static Labels of(String... namesAndValues) {
        if (namesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException("label names and values come in pairs");
        }
        var sorted = new TreeMap<String, String>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            String name = namesAndValues[i];
            if (name.isEmpty()) {
                throw new IllegalArgumentException("a label has an empty name");
            }
            if (sorted.put(name, namesAndValues[i + 1]) != null) {
                throw new IllegalArgumentException("label \"" + name + "\" is given twice");
            }
        }
        return ofSorted(sorted);
    }

    /** From a map of names to values. */
    public static Labels of(Map<String, String> labels) {
        if (labels.containsKey("")) {
            throw new IllegalArgumentException("a label has an empty name");
        }
        return ofSorted(new TreeMap<>(labels));
    }

    private static Labels ofSorted(SortedMap<String, String> sorted) {
        sorted.values().removeIf(String::isEmpty);
        var pairs = new String[sorted.size() * 2];
        int i = 0;
        for (var entry : sorted.entrySet()) {
            pairs[i++] = entry.getKey();
            pairs[i++] = entry.getValue();
        }
        return new Labels(pairs);
    }

    /** The value of a label, or null when the label is not there. */
    public @Nullable String get(String name) {
        for (int i = 0; i < pairs.length; i += 2) {
            if (pairs[i].equals(name)) {
                return pairs[i + 1];
            }
        }
        return null;
    }

    /** The metric's name, empty when there is none. */
    public String metric() {
        String metric = get(METRIC);
        return metric == null ? "" : metric;
    }

    public int size() {
        return pairs.length / 2;
    }

    public boolean isEmpty() {
        return pairs.length == 0;
    }

    /** The name of the label at this place, counted from 0 in the order of names. */
    public String name(int index) {
        return pairs[index * 2];
    }

    /** The value of the label at this place, counted from 0 in the order of names. */
    public String value(int index) {
        return pairs[index * 2 + 1];
    }

    /** These labels, and those of the other, which win where both have one. */
    public Labels with(Map<String, String> others) {
        var merged = new TreeMap<>(toMap());
        merged.putAll(others);
        return of(merged);
    }

    /** These labels without the named ones. */
    public Labels without(Collection<String> names) {
        var kept = new TreeMap<>(toMap());
        kept.keySet().removeAll(names);
        return of(kept);
    }

    /** What remains when the metric's name is taken away. */
    public Labels withoutMetric() {
        return without(List.of(METRIC));
    }

    /** A copy as a map, in the order of names. */
    public Map<String, String> toMap() {
        var map = new LinkedHashMap<String, String>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(pairs[i], pairs[i + 1]);
        }
        return map;
    }

    /** XXH64 over names and values in the order of names, each followed by the byte 0xFF, which UTF-8 never holds. */
    public Fingerprint fingerprint() {
        return fingerprint;
    }

    private static Fingerprint fingerprintOf(String[] pairs) {
        var encoded = new byte[pairs.length][];
        int length = 0;
        for (int i = 0; i < pairs.length; i++) {
            encoded[i] = pairs[i].getBytes(StandardCharsets.UTF_8);
            length += encoded[i].length + 1;
        }
        var bytes = new byte[length];
        int at = 0;
        for (byte[] part : encoded) {
            System.arraycopy(part, 0, bytes, at, part.length);
            at += part.length;
            bytes[at++] = (byte) 0xFF;
        }
        return new Fingerprint(XxHash64.hash(bytes, 0, length));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof Labels that
                        && fingerprint.value() == that.fingerprint.value()
                        && Arrays.equals(pairs, that.pairs));
    }

    @Override
    public int hashCode() {
        return Long.hashCode(fingerprint.value());
    }

    /** As Prometheus writes it: {@code http_requests_total{job="api"}}. */
    @Override
    public String toString() {
        var text = new StringBuilder(metric()).append('{');
        String separator = "";
        for (int i = 0; i < pairs.length; i += 2) {
            if (!pairs[i].equals(METRIC)) {
                text.append(separator).append(pairs[i]).append("=\"");
                text.append(
                        pairs[i + 1].replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"));
                text.append('"');
                separator = ", ";
            }
        }
        return text.append('}').toString();
    }
}
