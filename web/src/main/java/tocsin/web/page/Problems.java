package tocsin.web.page;

import java.util.function.Supplier;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/** Failures that a page answers with a status and a sentence. */
public final class Problems {
    private Problems() {}

    /** 404, for {@code orElseThrow}. */
    public static Supplier<ResponseStatusException> missing(String sentence) {
        return () -> new ResponseStatusException(HttpStatus.NOT_FOUND, sentence);
    }

    /** 400: the address asks for something that cannot be. */
    public static ResponseStatusException bad(String sentence) {
        return new ResponseStatusException(HttpStatus.BAD_REQUEST, sentence);
    }
}
