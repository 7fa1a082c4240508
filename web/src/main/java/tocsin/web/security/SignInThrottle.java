package tocsin.web.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.EventListener;
import org.springframework.security.authentication.event.AbstractAuthenticationFailureEvent;
import org.springframework.security.authentication.event.AuthenticationSuccessEvent;
import org.springframework.web.filter.OncePerRequestFilter;

/** After five wrong passwords for an account in a row, further tries for it wait, so that guessing takes years. */
final class SignInThrottle extends OncePerRequestFilter {
    private static final int FREE_TRIES = 5;
    private static final Duration PAUSE = Duration.ofSeconds(30);
    private static final int MAX_ACCOUNTS = 10_000;

    private record Failures(int count, Instant last) {}

    private final InstantSource clock;
    private final Map<String, Failures> failures = new LinkedHashMap<>();

    SignInThrottle(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (request.getMethod().equals("POST")
                && request.getRequestURI().equals(request.getContextPath() + "/login")
                && isPaused(request.getParameter("username"))) {
            response.sendRedirect(request.getContextPath() + "/login?wait");
            return;
        }
        chain.doFilter(request, response);
    }

    private synchronized boolean isPaused(@Nullable String account) {
        var known = account == null ? null : failures.get(account);
        return known != null
                && known.count() >= FREE_TRIES
                && clock.instant().isBefore(known.last().plus(PAUSE));
    }

    @EventListener
    synchronized void failed(AbstractAuthenticationFailureEvent event) {
        var known = failures.get(event.getAuthentication().getName());
        if (failures.size() >= MAX_ACCOUNTS && known == null) {
            failures.remove(failures.keySet().iterator().next());
        }
        failures.put(
                event.getAuthentication().getName(),
                new Failures(known == null ? 1 : known.count() + 1, clock.instant()));
    }

    @EventListener
    synchronized void succeeded(AuthenticationSuccessEvent event) {
        failures.remove(event.getAuthentication().getName());
    }
}
