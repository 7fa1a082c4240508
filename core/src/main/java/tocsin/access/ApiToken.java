package tocsin.access;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A key for machines. Only its SHA-256 hash is kept; the key itself is shown once.
 *
 * @param id the public part, by which people tell tokens apart
 * @param hash SHA-256 of the whole key, in hexadecimal
 * @param expiresAt null when it does not expire
 * @param lastUsedAt to within some minutes; null when never
 */
public record ApiToken(
        String id,
        String name,
        String hash,
        Set<Scope> scopes,
        String createdBy,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant lastUsedAt) {
    public ApiToken {
        scopes = Set.copyOf(scopes);
    }

    /** What a token may be used for. */
    public enum Scope {
        /** Send signals in. */
        INGEST,
        /** Read alerts, rules, channels without secrets, and metrics. */
        READ,
        /** Acknowledge and resolve. */
        RESPOND,
        /** Write and publish rules. */
        RULES,
        /** Everything. */
        ADMIN
    }
}
