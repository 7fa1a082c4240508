package tocsin.web.page;

import jakarta.servlet.http.HttpServletResponse;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.converter.HttpMessageNotWritableException;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.util.DisconnectedClientHelper;

/** Tells in words what went wrong on a page. Failures of the JSON API are none of its business. */
@ControllerAdvice(annotations = PageController.class)
class PageErrors {
    private static final Logger log = LoggerFactory.getLogger(PageErrors.class);

    @ExceptionHandler
    ModelAndView told(ResponseStatusException problem, HttpServletResponse response) {
        return page(problem.getStatusCode(), problem.getReason(), response);
    }

    @ExceptionHandler
    ModelAndView wrongValue(MethodArgumentTypeMismatchException problem, HttpServletResponse response) {
        String sentence = "\"%s\" is no value for %s.".formatted(problem.getValue(), problem.getName());
        return page(HttpStatus.BAD_REQUEST, sentence, response);
    }

    @ExceptionHandler
    ModelAndView missingValue(MissingServletRequestParameterException problem, HttpServletResponse response) {
        return page(HttpStatus.BAD_REQUEST, "A value for " + problem.getParameterName() + " is missing.", response);
    }

    @ExceptionHandler
    ModelAndView denied(AccessDeniedException problem, HttpServletResponse response) {
        return page(HttpStatus.FORBIDDEN, problem.getMessage(), response);
    }

    /** The reader of a live stream has gone: nobody is left to be told. */
    @ExceptionHandler
    void gone(AsyncRequestNotUsableException problem) {}

    /** The browser went to another page before it had read this answer. */
    @ExceptionHandler
    void goneMidway(HttpMessageNotWritableException problem) {
        if (!DisconnectedClientHelper.isClientDisconnectedException(problem)) {
            throw problem;
        }
    }

    @ExceptionHandler({DataAccessException.class, CannotCreateTransactionException.class})
    ModelAndView databaseAway(Exception problem, HttpServletResponse response) {
        log.warn("A page needs the database, which does not answer: {}", problem.getMessage());
        return page(HttpStatus.SERVICE_UNAVAILABLE, null, response);
    }

    @ExceptionHandler
    ModelAndView unexpected(Exception problem, HttpServletResponse response) {
        log.error("A page failed", problem);
        return page(HttpStatus.INTERNAL_SERVER_ERROR, null, response);
    }

    private static ModelAndView page(HttpStatusCode status, @Nullable String sentence, HttpServletResponse response) {
        response.setStatus(status.value());
        String name = switch (status.value()) {
            case 400, 403, 404, 503 -> String.valueOf(status.value());
            default -> status.is4xxClientError() ? "400" : "500";
        };
        var page = new ModelAndView("error/" + name);
        page.addObject("sentence", Objects.requireNonNullElse(sentence, ""));
        return page;
    }
}
