package tocsin.web.security;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;

/** Answers 401 with a reason instead of sending a machine to the sign-in page. */
final class ApiEntryPoint implements AuthenticationEntryPoint {
    @Override
    public void commence(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException authException)
            throws IOException {
        refuse(
                response,
                "send an API token: Authorization: Bearer <token>; make one under Settings, or set TOCSIN_TOKEN");
    }

    static void refuse(HttpServletResponse response, String detail) throws IOException {
        response.setHeader("WWW-Authenticate", "Bearer");
        ApiProblem.write(response, 401, "Unauthorized", detail);
    }
}
