package tocsin.notifiers.common;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tocsin.notify.Delivery;
import tocsin.notify.Message.Kind;
import tocsin.notify.NotifierContract;

/** The contract against an HTTP provider, of which WireMock plays the part. */
public abstract class HttpProviderTest extends NotifierContract {
    protected static final Instant NOW = Instant.parse("2026-03-01T10:00:05Z");
    protected static final InstantSource CLOCK = InstantSource.fixed(NOW);
    private static final Duration TIMEOUT = Duration.ofMillis(1500);
    private static final int FOREVER_MILLIS = 15_000;

    private static WireMockServer server;
    private boolean absent;
    private LogWatch logs;

    @BeforeAll
    static void startServer() {
        server = new WireMockServer(options()
                .bindAddress("127.0.0.1")
                .dynamicPort()
                .containerThreads(60)
                .jettyStopTimeout(100L));
        server.start();
        warmUp();
    }

    /** The first answer of a fresh server takes longer than the time-out. */
    private static void warmUp() {
        try (var client = new WebClient(Duration.ofSeconds(30))) {
            server.stubFor(any(anyUrl()).willReturn(aResponse().withTransformers("response-template")));
            client.exchange(
                    client.json(URI.create(server.baseUrl()), new byte[0]).build());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @AfterAll
    static void stopServer() {
        server.stop();
    }

    @BeforeEach
    void reset() {
        server.resetAll();
        absent = false;
        logs = new LogWatch();
    }

    @AfterEach
    void noSecretWasLogged() {
        logs.close();
        assertThat(logs.text()).doesNotContain("planted-secret");
        secrets().forEach(secret -> assertThat(logs.text()).doesNotContain(secret));
    }

    /** How the provider says that it has taken a message. */
    protected abstract ResponseDefinitionBuilder taken();

    /** How the provider refuses for this reason. */
    protected abstract ResponseDefinitionBuilder refused(Trouble trouble);

    @Override
    protected Duration timeout() {
        return TIMEOUT;
    }

    protected final URI address() {
        return URI.create(absent ? "http://127.0.0.1:1" : server.baseUrl());
    }

    protected final List<LoggedRequest> requests() {
        return server.findAll(com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor(anyUrl()));
    }

    protected final LoggedRequest request() {
        assertThat(requests()).hasSize(1);
        return requests().getFirst();
    }

    protected final WireMockServer server() {
        return server;
    }

    protected final void answer(ResponseDefinitionBuilder response) {
        server.stubFor(any(anyUrl()).willReturn(response));
    }

    @Override
    protected void provide() {
        answer(taken());
    }

    @Override
    protected void make(Trouble trouble) {
        absent = trouble == Trouble.ABSENT;
        answer(response(trouble));
    }

    private ResponseDefinitionBuilder response(Trouble trouble) {
        return switch (trouble) {
            case TOO_MANY, DOWN, REFUSES, BAD_KEY -> refused(trouble);
            case ECHOES ->
                aResponse()
                        .withStatus(400)
                        .withBody("You sent {{request.url}} {{request.headers}} {{{request.body}}}"
                                + " {{{request.headers.Authorization}}} {{{request.headers.X-Api-Key}}}")
                        .withTransformers("response-template");
            case SILENT -> taken().withFixedDelay(FOREVER_MILLIS);
            case TRICKLES -> taken().withBody("x".repeat(1000)).withChunkedDribbleDelay(100, FOREVER_MILLIS);
            case TALKS_FOREVER -> taken().withBody("x".repeat(8 * 1024 * 1024));
            case HANGS_UP, ABSENT -> aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER);
            case BABBLES -> aResponse().withFault(Fault.RANDOM_DATA_THEN_CLOSE);
            case NONSENSE -> taken().withBody("<html>{]\"");
            case REDIRECTS -> aResponse().withStatus(302).withHeader("Location", server.baseUrl() + "/elsewhere");
        };
    }

    @Override
    protected Class<? extends Delivery> expected(Trouble trouble) {
        return switch (trouble) {
            case TOO_MANY, DOWN, SILENT, TRICKLES, HANGS_UP, BABBLES, ABSENT -> Delivery.Retry.class;
            case REFUSES, BAD_KEY, ECHOES, REDIRECTS -> Delivery.Rejected.class;
            case TALKS_FOREVER, NONSENSE -> Delivery.Delivered.class; // the status says that it was taken
        };
    }

    @Test
    void aRedirectIsNotFollowed() {
        make(Trouble.REDIRECTS);
        notifier().send(channel(), message(Kind.FIRING), null);
        assertThat(requests()).hasSize(1);
    }

    @Test
    void aPauseThatTheProviderAsksForIsPassedOn() {
        make(Trouble.TOO_MANY);
        var delivery = notifier().send(channel(), message(Kind.FIRING), null);
        assertThat(delivery)
                .isInstanceOfSatisfying(
                        Delivery.Retry.class, retry -> assertThat(retry.after()).isEqualTo(Duration.ofSeconds(17)));
    }

    @Test
    void nothingIsRepeatedByItself() {
        make(Trouble.DOWN);
        notifier().send(channel(), message(Kind.FIRING), null);
        assertThat(requests()).hasSize(1);
    }
}
