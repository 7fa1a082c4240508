package tocsin.notifiers.webhook;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A header that a channel sends along, written as {@code Name: value}. */
record ExtraHeader(String name, String value) {
    private static final Pattern FORM = Pattern.compile("([A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}):[ \\t]*([\\x20-\\x7e]+)");

    /** Set by Tocsin or by HTTP itself. */
    private static final Set<String> TAKEN = Set.of(
            "connection",
            "content-length",
            "content-type",
            "expect",
            "host",
            "idempotency-key",
            "transfer-encoding",
            "upgrade",
            "user-agent",
            "x-tocsin-signature");

    static ExtraHeader parse(String text) {
        var match = FORM.matcher(text);
        if (!match.matches()) {
            throw new IllegalArgumentException("not a header");
        }
        return new ExtraHeader(match.group(1), match.group(2));
    }

    static @Nullable String problem(String text) {
        if (!FORM.matcher(text).matches()) {
            return "must look like Name: value, in ASCII";
        }
        String name = parse(text).name();
        return TAKEN.contains(name.toLowerCase(Locale.ROOT))
                ? "must not set " + name + ", which Tocsin sets itself"
                : null;
    }

    @Override
    public String toString() {
        return "header " + name; // the value is a secret
    }
}
