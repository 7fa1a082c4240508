package tocsin.web.page;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import tocsin.access.Role;

/**
 * Whoever looks at the page. Pages ask it what to hide; controllers ask it before they change anything, so that a
 * forgotten line in a template never gives a right away.
 */
@Component("viewer")
public class Viewer {
    /** The account's name, empty when nobody is signed in. */
    public String name() {
        return authentication().map(Authentication::getName).orElse("");
    }

    public boolean signedIn() {
        return authentication().isPresent();
    }

    /** The greatest role that this account has. */
    public Optional<Role> role() {
        return authentication()
                .flatMap(who -> Arrays.stream(Role.values())
                        .filter(role -> who.getAuthorities().stream()
                                .anyMatch(authority -> ("ROLE_" + role.name()).equals(authority.getAuthority())))
                        .max(Comparator.naturalOrder()));
    }

    /** The role as people read it, empty when there is none. */
    public String roleLabel() {
        return role().map(Role::label).orElse("");
    }

    /** Whether this account may do what a role may do, named as {@code responder}. */
    public boolean may(String roleLabel) {
        return Arrays.stream(Role.values())
                .filter(wanted -> wanted.label().equals(roleLabel))
                .anyMatch(this::has);
    }

    /** Refuse unless this account may do what this role may do. */
    public void require(Role wanted) {
        if (!has(wanted)) {
            throw new AccessDeniedException(
                    "This needs the role %s, and your role is %s.".formatted(wanted.label(), roleLabel()));
        }
    }

    private boolean has(Role wanted) {
        return role().filter(role -> role.includes(wanted)).isPresent();
    }

    private static Optional<Authentication> authentication() {
        return Optional.ofNullable(SecurityContextHolder.getContext().getAuthentication())
                .filter(who -> who.isAuthenticated() && !(who instanceof AnonymousAuthenticationToken));
    }
}
