package tocsin.rule;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tocsin.label.Labels;

/**
 * Fills {@code {{label}}}, {@code {{value}}} and {@code {{value | format}}} in a text. Formats are {@code percent}
 * (0.93 is 93 %), {@code duration} (seconds), {@code bytes} and {@code number}. A label that is not there becomes a
 * dash, so that the sentence still reads.
 */
public final class Template {
    private static final Pattern SLOT =
            Pattern.compile("\\{\\{\\s*([A-Za-z_][A-Za-z0-9_]*)\\s*(?:\\|\\s*([a-z]+)\\s*)?}}");

    private Template() {}

    public static String fill(String text, Labels labels, double value) {
        return SLOT.matcher(text)
                .replaceAll(slot -> Matcher.quoteReplacement(slot(slot.group(1), slot.group(2), labels, value)));
    }

    private static String slot(String name, @Nullable String format, Labels labels, double value) {
        if (name.equals("value")) {
            return format(value, format == null ? "number" : format);
        }
        String label = labels.get(name);
        return label == null ? "–" : label;
    }

    private static String format(double value, String format) {
        if (!Double.isFinite(value)) {
            return String.valueOf(value);
        }
        return switch (format) {
            case "percent" -> number(value * 100) + " %";
            case "bytes" -> scaled(value, 1024, "B", "KiB", "MiB", "GiB", "TiB", "PiB");
            case "duration" -> value < 1 && value > -1 ? number(value * 1000) + " ms" : number(value) + " s";
            default -> number(value);
        };
    }

    private static String scaled(double value, double step, String... units) {
        double rest = value;
        int unit = 0;
        while (Math.abs(rest) >= step && unit < units.length - 1) {
            rest /= step;
            unit++;
        }
        return number(rest) + " " + units[unit];
    }

    /** At most four significant digits, without needless zeros. */
    private static String number(double value) {
        if (value == 0 || Math.abs(value) >= 1000) {
            return String.format(Locale.ROOT, Math.abs(value) < 1e15 ? "%.0f" : "%.3e", value);
        }
        return new BigDecimal(value)
                .round(new MathContext(4))
                .stripTrailingZeros()
                .toPlainString();
    }
}
