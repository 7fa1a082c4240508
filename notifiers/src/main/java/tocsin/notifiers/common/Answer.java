package tocsin.notifiers.common;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP answer.
 *
 * @param body its beginning, see {@link WebClient#MAX_BODY_BYTES}
 */
public record Answer(int status, HttpHeaders headers, String body) {
    /** Longest pause that a provider may ask for; one that asks for more is tried again after this. */
    public static final Duration MAX_PAUSE = Duration.ofHours(1);

    public boolean isSuccess() {
        return status >= 200 && status <= 299;
    }

    /** Whether a later attempt may be answered otherwise. */
    public boolean isPassing() {
        return status == 408 || status == 429 || status >= 500;
    }

    /** The pause that {@code Retry-After} asks for, in seconds or as a date; null when it asks for none. */
    public @Nullable Duration pause(Instant now) {
        return headers.firstValue("Retry-After")
                .map(text -> pause(text.strip(), now))
                .orElse(null);
    }

    /** Reads a {@code Retry-After}, which may come from anyone: what makes no sense is no pause. */
    static @Nullable Duration pause(String text, Instant now) {
        if (text.matches("[0-9]{1,18}")) {
            return bounded(Duration.ofSeconds(Math.min(Long.parseLong(text), MAX_PAUSE.toSeconds())));
        }
        try {
            var at = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
            return bounded(Duration.between(now, at.toInstant()));
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private static Duration bounded(Duration pause) {
        if (pause.isNegative()) {
            return Duration.ZERO;
        }
        return pause.compareTo(MAX_PAUSE) > 0 ? MAX_PAUSE : pause;
    }

    /** Such as {@code 503: the database is away}. */
    public String inWords() {
        return body.isBlank() ? "answer " + status : "answer " + status + ": " + body;
    }
}
