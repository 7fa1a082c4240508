package tocsin.timescale;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.NullUnmarked;
import tocsin.access.ApiToken;

@Entity
@Table(name = "api_token")
@NullUnmarked // Hibernate fills the fields
class ApiTokenEntity {
    @Id
    private String id;

    private String name;
    private String hash;
    private String scopes;

    @Column(name = "created_by")
    private String createdBy;

    @Column(name = "created_at")
    private Instant createdAt;

    @Column(name = "expires_at")
    private Instant expiresAt;

    @Column(name = "last_used_at")
    private Instant lastUsedAt;

    protected ApiTokenEntity() {}

    ApiTokenEntity(ApiToken token) {
        id = token.id();
        name = token.name();
        hash = token.hash();
        scopes = token.scopes().stream().map(Enum::name).sorted().collect(joining(","));
        createdBy = token.createdBy();
        createdAt = token.createdAt();
        expiresAt = token.expiresAt();
        lastUsedAt = token.lastUsedAt();
    }

    ApiToken toToken() {
        var parsed = Arrays.stream(scopes.split(","))
                .filter(scope -> !scope.isEmpty())
                .map(ApiToken.Scope::valueOf)
                .collect(toSet());
        return new ApiToken(id, name, hash, parsed, createdBy, createdAt, expiresAt, lastUsedAt);
    }
}
