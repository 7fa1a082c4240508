package tocsin.alert;

import java.time.Instant;
import java.util.regex.Pattern;
import tocsin.label.Fingerprint;

/**
 * The name of one episode of an alert. It follows from what the alert is about and when it started, so a replay of the
 * same signals gives the same name, and storing an alert twice stores it once.
 *
 * @param value the fingerprint in hexadecimal, a hyphen, and the start in base 36
 */
public record AlertId(String value) {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{16}-[0-9a-z]{1,13}");

    public AlertId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("\"" + value + "\" is not the id of an alert");
        }
    }

    public static AlertId of(Fingerprint fingerprint, Instant startedAt) {
        return new AlertId(fingerprint.hex() + "-" + Long.toString(Math.max(0, startedAt.toEpochMilli()), 36));
    }

    @Override
    public String toString() {
        return value;
    }
}
