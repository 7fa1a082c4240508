package tocsin.web.api;

import java.util.NoSuchElementException;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import tocsin.ingest.RejectedException;
import tocsin.rule.InvalidRuleException;

/** Every failure of the JSON API becomes RFC 9457 problem details whose {@code detail} says what to do. */
@RestControllerAdvice(annotations = RestController.class)
class ApiErrors extends ResponseEntityExceptionHandler {
    private static final Logger log = LoggerFactory.getLogger(ApiErrors.class);

    @ExceptionHandler
    ResponseEntity<ProblemDetail> rejected(RejectedException rejected) {
        var headers = new HttpHeaders();
        rejected.retryAfter()
                .ifPresent(wait -> headers.set("Retry-After", String.valueOf(Math.max(1, wait.toSeconds()))));
        return ResponseEntity.status(rejected.status())
                .headers(headers)
                .body(problem(HttpStatus.valueOf(rejected.status()), String.valueOf(rejected.getMessage())));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> invalidRule(InvalidRuleException invalid) {
        var problem = problem(HttpStatus.BAD_REQUEST, String.valueOf(invalid.getMessage()));
        problem.setProperty("problems", invalid.problems());
        return ResponseEntity.badRequest().body(problem);
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> badValue(IllegalArgumentException bad) {
        return answer(HttpStatus.BAD_REQUEST, String.valueOf(bad.getMessage()));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> unknown(NoSuchElementException unknown) {
        return answer(HttpStatus.NOT_FOUND, String.valueOf(unknown.getMessage()));
    }

    @ExceptionHandler({DataAccessException.class, CannotCreateTransactionException.class})
    ResponseEntity<ProblemDetail> databaseAway(Exception away) {
        log.warn("An API call needs the database, which does not answer: {}", away.getMessage());
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .header("Retry-After", "5")
                .body(problem(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "the database does not answer at this moment; signals are still taken and rules still run,"
                                + " try this call again soon"));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> later(CompletionException failed) throws Exception {
        return switch (failed.getCause()) {
            case RejectedException rejected -> rejected(rejected);
            case NoSuchElementException unknown -> unknown(unknown);
            case IllegalArgumentException bad -> badValue(bad);
            case null, default -> throw failed;
        };
    }

    @Override
    protected ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException unreadable,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        var cause = unreadable.getMostSpecificCause();
        String message = String.valueOf(cause.getMessage());
        return ResponseEntity.badRequest()
                .body(problem(
                        HttpStatus.BAD_REQUEST,
                        "the body is not the JSON that this call takes: " + firstLine(message)));
    }

    private static String firstLine(String message) {
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    private static ResponseEntity<ProblemDetail> answer(HttpStatus status, String detail) {
        return ResponseEntity.status(status).body(problem(status, detail));
    }

    private static ProblemDetail problem(HttpStatus status, String detail) {
        return ProblemDetail.forStatusAndDetail(status, detail);
    }
}
