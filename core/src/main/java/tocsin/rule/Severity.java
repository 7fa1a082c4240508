package tocsin.rule;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How bad it is, least first, so that the greater is the worse. */
public enum Severity {
    LOW,
    MEDIUM,
    HIGH,
    CRITICAL;

    /** Reads {@code critical}, {@code high}, {@code medium} or {@code low}. */
    public static Severity parse(String text) {
        for (var severity : values()) {
            if (severity.label().equals(text)) {
                return severity;
            }
        }
        throw new IllegalArgumentException("severity \"" + text + "\" is unknown, use one of "
                + Arrays.stream(values()).map(Severity::label).collect(Collectors.joining(", ")));
    }

    /** The word that people see, in lower case. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
