package tocsin.incident;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tocsin.alert.AlertId;
import tocsin.rule.Severity;

/**
 * Something that people work on together until it is over.
 *
 * @param number counted from 1, as people say it: "incident 17"
 * @param alert the alert that opened it
 * @param closedAt null while it is open
 */
public record Incident(
        long number,
        AlertId alert,
        String title,
        Severity severity,
        Instant openedAt,
        @Nullable Instant closedAt) {}
