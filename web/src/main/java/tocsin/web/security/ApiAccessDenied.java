package tocsin.web.security;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.web.access.AccessDeniedHandler;

/** Answers 403 with a reason to a caller who is known but may not do this. */
final class ApiAccessDenied implements AccessDeniedHandler {
    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException denied)
            throws IOException {
        ApiProblem.write(
                response,
                403,
                "Forbidden",
                "this token or account may not " + request.getMethod() + " " + request.getRequestURI()
                        + "; an administrator can give it the scope or role");
    }
}
