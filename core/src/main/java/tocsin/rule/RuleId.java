package tocsin.rule;

import java.util.regex.Pattern;

/**
 * The name of a rule, such as {@code host.cpu-saturated}.
 *
 * @param value letters, digits, dots, underscores and hyphens; 128 characters at most
 */
public record RuleId(String value) implements Comparable<RuleId> {
    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    public RuleId {
        if (!ALLOWED.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "rule name \"%s\" is not allowed: use letters, digits, dots, underscores and hyphens, at most 128"
                            .formatted(value));
        }
    }

    @Override
    public int compareTo(RuleId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
