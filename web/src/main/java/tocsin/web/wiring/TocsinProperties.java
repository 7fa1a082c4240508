package tocsin.web.wiring;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * What an operator may set.
 *
 * @param data where the log, the embedded database and the keys lie
 * @param baseUrl how links in messages begin
 * @param token an API token with all rights, empty for none
 * @param node this server's name: the same after a restart, and different from that of any other server on the same
 *     database
 * @param instance the value of the label {@code instance} of the host's and Tocsin's own metrics; the host's name unless
 *     set
 * @param secretKey 32 bytes in Base64 that encrypt the secrets of channels; unset, a key file in the data directory
 */
@Validated
@ConfigurationProperties("tocsin")
public record TocsinProperties(
        @DefaultValue("data") Path data,
        @DefaultValue("http://localhost:8080") String baseUrl,
        @DefaultValue("") String token,
        @DefaultValue("tocsin") String node,
        @Nullable String instance,
        @Nullable String secretKey,
        @Valid @DefaultValue Database database,
        @Valid @DefaultValue Log log,
        @Valid @DefaultValue Storage storage,
        @Valid @DefaultValue Escalation escalation,
        @Valid @DefaultValue Host host,
        @Valid @DefaultValue Self self,
        @Valid @DefaultValue Scrape scrape) {

    /**
     * Which database.
     *
     * @param url such as {@code jdbc:postgresql://db:5432/tocsin}; empty for an embedded one
     */
    public record Database(
            @DefaultValue("") String url,
            @DefaultValue("") String user,
            @DefaultValue("") String password) {}

    /**
     * How the log is kept.
     *
     * @param syncInterval how long a write may wait to share a sync with others; 0 syncs every write
     * @param maxAge how long records are kept at least
     * @param maxSize disk that the log may use; at this limit senders are told to try later
     */
    public record Log(
            @DefaultValue("50ms") Duration syncInterval,
            @DefaultValue("24h") Duration maxAge,
            @DefaultValue("4GB") DataSize maxSize) {}

    /**
     * How samples are stored, and for how long.
     *
     * @param flushEvery how often samples are written to the database; until then they are read from memory
     * @param rawRetention how long single samples are kept
     * @param hourlyRetention how long hourly averages are kept
     * @param dailyRetention how long daily averages are kept
     */
    public record Storage(
            @DefaultValue("5m") Duration flushEvery,
            @DefaultValue("30d") Duration rawRetention,
            @DefaultValue("400d") Duration hourlyRetention,
            @DefaultValue("1825d") Duration dailyRetention) {}

    /**
     * How long each step of an escalation waits for an answer, by severity. Low alerts are told once.
     *
     * @param repeats how often the last step is repeated before an escalation ends unanswered
     */
    public record Escalation(
            @DefaultValue("5m") Duration critical,
            @DefaultValue("15m") Duration high,
            @DefaultValue("60m") Duration medium,
            @DefaultValue("2") int repeats) {}

    /**
     * The metrics of this host.
     *
     * @param enabled whether they are taken
     */
    public record Host(@DefaultValue("true") boolean enabled) {}

    /**
     * Tocsin's own metrics, as series that rules can watch.
     *
     * @param enabled whether they are taken
     */
    public record Self(@DefaultValue("true") boolean enabled) {}

    /**
     * Prometheus endpoints that are pulled.
     *
     * @param targets one entry each
     */
    public record Scrape(@DefaultValue List<@Valid Target> targets) {}

    /**
     * One endpoint that is pulled.
     *
     * @param job value of the label {@code job}
     * @param url where the metrics are
     * @param labels added to every series
     * @param bearerToken sent with each pull; unset for none
     */
    public record Target(
            @NotNull String job,
            @NotNull URI url,
            @DefaultValue("15s") Duration interval,
            @DefaultValue("10s") Duration timeout,
            @DefaultValue Map<String, String> labels,
            @Nullable String bearerToken) {}

    /** The value of the label {@code instance}. */
    String instanceName() {
        if (instance != null && !instance.isBlank()) {
            return instance;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "localhost";
        }
    }
}
