package tocsin.web.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;
import tocsin.access.ApiToken;
import tocsin.web.access.Tokens;

/**
 * Lets in a request that carries a known API token as {@code Authorization: Bearer ...}. A wrong token is refused at
 * once, rather than being treated as nobody.
 */
final class TokenFilter extends OncePerRequestFilter {
    private static final String PREFIX = "Bearer ";

    private final Tokens tokens;

    TokenFilter(Tokens tokens) {
        this.tokens = tokens;
    }

    static boolean carriesToken(HttpServletRequest request) {
        String header = request.getHeader("Authorization");
        return header != null && header.regionMatches(true, 0, PREFIX, 0, PREFIX.length());
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (!carriesToken(request)) {
            chain.doFilter(request, response);
            return;
        }
        var token = tokens.authenticate(
                request.getHeader("Authorization").substring(PREFIX.length()).strip());
        if (token.isEmpty()) {
            ApiEntryPoint.refuse(
                    response, "the API token is unknown, expired or revoked; make a new one under Settings");
            return;
        }
        var context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(UsernamePasswordAuthenticationToken.authenticated(
                "token:" + token.get().name(), null, authorities(token.get())));
        SecurityContextHolder.setContext(context);
        try {
            chain.doFilter(request, response);
        } finally {
            SecurityContextHolder.clearContext();
        }
    }

    /** An answer that comes later, when the log has it, is still to the same caller. */
    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    private static List<SimpleGrantedAuthority> authorities(ApiToken token) {
        return token.scopes().stream()
                .map(scope -> switch (scope) {
                    case INGEST -> "ROLE_INGEST";
                    case READ -> "ROLE_VIEWER";
                    case RESPOND -> "ROLE_RESPONDER";
                    case RULES -> "ROLE_AUTHOR";
                    case ADMIN -> "ROLE_ADMIN";
                })
                .map(SimpleGrantedAuthority::new)
                .toList();
    }
}
