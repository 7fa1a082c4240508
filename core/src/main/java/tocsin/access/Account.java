package tocsin.access;

import java.util.regex.Pattern;

/**
 * Someone who can sign in.
 *
 * @param passwordHash as Spring Security's delegating encoder writes it, with the algorithm in front
 */
public record Account(String name, String passwordHash, Role role, boolean enabled) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");

    public Account {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("account name \"" + name
                    + "\" is not allowed: use letters, digits, dots, underscores, hyphens and @, at most 64");
        }
    }

    @Override
    public String toString() {
        return "account " + name + " (" + role.label() + ")";
    }
}
