package tocsin.notifiers.common;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What values of settings are checked for. Their messages never hold the value, which may be a secret. */
public final class Checks {
    private static final Set<String> WEB = Set.of("http", "https");

    private Checks() {}

    public static @Nullable String anything(String value) {
        return null;
    }

    /** An absolute address with {@code http} or {@code https} and a host, without a name and password in it. */
    public static @Nullable String webAddress(String value) {
        try {
            var address = new URI(value);
            String scheme = address.getScheme();
            if (scheme == null || !WEB.contains(scheme) || address.getHost() == null) {
                return "must be a whole address that begins with http:// or https://";
            }
            if (address.getPort() == 0 || address.getPort() > 65_535) {
                return "must have a port between 1 and 65535";
            }
            return address.getRawUserInfo() == null ? null : "must not hold a name or password before the host";
        } catch (URISyntaxException e) {
            return "is not a valid address";
        }
    }

    /** A value of this form; the example tells people what is wanted. */
    public static Form.Check form(String pattern, String example) {
        var form = Pattern.compile(pattern);
        return value -> form.matcher(value).matches() ? null : "must look like " + example;
    }

    public static Form.Check oneOf(Set<String> allowed) {
        return value -> allowed.contains(value)
                ? null
                : "must be one of "
                        + String.join(", ", allowed.stream().sorted().toList());
    }

    public static @Nullable String port(String value) {
        return value.matches("[0-9]{1,5}") && Integer.parseInt(value) >= 1 && Integer.parseInt(value) <= 65_535
                ? null
                : "must be a number between 1 and 65535";
    }
}
