package tocsin.label;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A condition on one label. A label that is not there counts as the empty string, as in Prometheus.
 *
 * @param value what to compare with; for {@link Op#MATCHES} an expression that must match the whole value
 */
public record Matcher(String name, Op op, String value) {

    /** How the label's value is compared. */
    public enum Op {
        EQUAL("="),
        NOT_EQUAL("!="),
        MATCHES("=~"),
        NOT_MATCHES("!~");

        private final String symbol;

        Op(String symbol) {
            this.symbol = symbol;
        }

        public String symbol() {
            return symbol;
        }
    }

    /** The longest regular expression that is taken: longer ones are a mistake or an attack. */
    public static final int MAX_PATTERN_LENGTH = 256;

    public Matcher {
        if (op == Op.MATCHES || op == Op.NOT_MATCHES) {
            if (value.length() > MAX_PATTERN_LENGTH) {
                throw new IllegalArgumentException("the expression for label \"%s\" has %d characters, %d are allowed"
                        .formatted(name, value.length(), MAX_PATTERN_LENGTH));
            }
            Pattern.compile(value);
        }
    }

    public static Matcher equal(String name, String value) {
        return new Matcher(name, Op.EQUAL, value);
    }

    public boolean matches(Labels labels) {
        return matches(labels.get(name));
    }

    /** Whether a value of this label, null when the label is not there, meets the condition. */
    public boolean matches(@Nullable String actual) {
        String present = actual == null ? "" : actual;
        return switch (op) {
            case EQUAL -> present.equals(value);
            case NOT_EQUAL -> !present.equals(value);
            case MATCHES -> Pattern.matches(value, present);
            case NOT_MATCHES -> !Pattern.matches(value, present);
        };
    }

    @Override
    public String toString() {
        return name + op.symbol + '"' + value + '"';
    }
}
