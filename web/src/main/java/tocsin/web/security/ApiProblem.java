package tocsin.web.security;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** A refusal as RFC 9457 problem details, for where no controller is reached. */
final class ApiProblem {
    private static final JsonMapper JSON = JsonMapper.shared();

    private ApiProblem() {}

    static void write(HttpServletResponse response, int status, String title, String detail) throws IOException {
        response.setStatus(status);
        response.setContentType("application/problem+json");
        response.setCharacterEncoding(StandardCharsets.UTF_8);
        response.getWriter().write(JSON.writeValueAsString(Map.of("title", title, "status", status, "detail", detail)));
    }
}
