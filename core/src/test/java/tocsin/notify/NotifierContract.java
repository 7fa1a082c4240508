package tocsin.notify;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tocsin.alert.AlertId;
import tocsin.notify.Message.Kind;
import tocsin.rule.Severity;

/** What every {@link Notifier} promises, whatever its provider does. */
public abstract class NotifierContract {
    /** What a slow machine may add to a time-out. */
    private static final Duration SLACK = Duration.ofSeconds(3);

    /** What a provider may do to us. */
    public enum Trouble {
        /** Takes too many requests from us: asks to wait. */
        TOO_MANY,
        /** Says that it is down. */
        DOWN,
        /** Says that the message is wrong. */
        REFUSES,
        /** Does not know our key. */
        BAD_KEY,
        /** Refuses, and repeats everything that it was sent, secrets included. */
        ECHOES,
        /** Takes the connection and never answers. */
        SILENT,
        /** Begins an answer that never ends. */
        TRICKLES,
        /** Answers with more than anyone wants to read. */
        TALKS_FOREVER,
        /** Breaks the connection. */
        HANGS_UP,
        /** Speaks another protocol. */
        BABBLES,
        /** Answers as if all were well, but not in the form that it promised. */
        NONSENSE,
        /** Sends us elsewhere. */
        REDIRECTS,
        /** Nothing listens at its address. */
        ABSENT
    }

    /** The notifier, with the time-out of {@link #timeout}. */
    protected abstract Notifier notifier();

    protected abstract Duration timeout();

    /** Settings with which all goes well, pointing to the stand-in; all secret ones are set where possible. */
    protected abstract Map<String, String> settings();

    /** The stand-in takes everything from now on. */
    protected abstract void provide();

    /** What this kind of provider can do to us. */
    protected Set<Trouble> troubles() {
        return EnumSet.allOf(Trouble.class);
    }

    /** The stand-in makes this trouble from now on. */
    protected abstract void make(Trouble trouble);

    /** What a message must become then. */
    protected abstract Class<? extends Delivery> expected(Trouble trouble);

    protected Channel channel() {
        return channel(settings());
    }

    protected final Channel channel(Map<String, String> settings) {
        return new Channel("desk", notifier().type(), settings, 1, Severity.LOW, true);
    }

    protected static Message message(Kind kind) {
        var facts = new LinkedHashMap<String, String>();
        facts.put("severity", "high");
        facts.put("rule", "checkout.slow");
        facts.put("instance", "web-1");
        return message(kind, "[HIGH] checkout.slow: p99 of checkout is 2.1 s", facts);
    }

    protected static Message message(Kind kind, String title, Map<String, String> facts) {
        return new Message(
                "0123456789abcdef-abc/tell/" + kind + "/desk",
                "desk",
                new AlertId("0123456789abcdef-abc"),
                kind,
                title,
                "avg(\"5m\") was 2.1, limit > 1.5\nRunbook: docs/runbooks/latency.md",
                facts,
                "http://localhost:8080/alerts/0123456789abcdef-abc",
                "Step 1 of the escalation \"checkout\".",
                Instant.parse("2026-03-01T10:00:00Z"));
    }

    /** The values of all secret settings. */
    protected final List<String> secrets() {
        return notifier().settings().stream()
                .filter(Notifier.Setting::secret)
                .map(setting -> settings().get(setting.name()))
                .filter(secret -> secret != null)
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void everyKindOfMessageIsDelivered(Kind kind) {
        provide();
        assertThat(notifier().send(channel(), message(kind), null)).isInstanceOf(Delivery.Delivered.class);
    }

    @Test
    void hostileTextIsDeliveredToo() {
        provide();
        String text = "\u0000\r\nBcc: evil@example.org\r\n<script>&\"'🔔\ud83d" + "x".repeat(20_000);
        var message = message(Kind.FIRING, text, Map.of("severity", "critical", text.substring(0, 300), text));
        assertThat(notifier().send(channel(), message, null)).isInstanceOf(Delivery.Delivered.class);
        assertThat(notifier().send(channel(), message, text)).isInstanceOf(Delivery.Delivered.class);
    }

    @TestFactory
    Stream<DynamicTest> troubleBecomesAnAnswer_inTime_andWithoutSecrets() {
        return troubles().stream().map(trouble -> DynamicTest.dynamicTest(trouble.name(), () -> survive(trouble)));
    }

    private void survive(Trouble trouble) {
        make(trouble);
        long start = System.nanoTime();
        var delivery = notifier().send(channel(), message(Kind.FIRING), null);
        var took = Duration.ofNanos(System.nanoTime() - start);

        assertThat(delivery).isInstanceOf(expected(trouble));
        assertThat(took).isLessThan(timeout().plus(SLACK));
        assertSafe(delivery);
        assertThat(cause(delivery)).hasSizeLessThan(1000).doesNotContain("\n", "Exception", "null");
    }

    @Test
    void manyAtOnceAreAllDelivered() throws Exception {
        provide();
        var calls = new ArrayList<Callable<Delivery>>();
        for (int i = 0; i < 24; i++) {
            calls.add(() -> notifier().send(channel(), message(Kind.FIRING), null));
        }
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (var future : threads.invokeAll(calls)) {
                assertThat(future.get()).isInstanceOf(Delivery.Delivered.class);
            }
        }
    }

    @Test
    void theFormExplainsItself() {
        assertThat(notifier().type()).matches("[a-z]+");
        for (var setting : notifier().settings()) {
            assertThat(setting.name()).matches("[a-z][a-z_]*");
            assertThat(setting.label()).isNotBlank();
            assertThat(setting.help()).isNotBlank();
        }
        assertThat(notifier().problems(settings())).isEmpty();
    }

    @Test
    void everyProblemIsNamedAtOnce() {
        var required = notifier().settings().stream()
                .filter(Notifier.Setting::required)
                .map(Notifier.Setting::name)
                .toList();
        var problems = notifier().problems(Map.of("colour", "red"));
        for (String name : required) {
            assertThat(problems).anyMatch(problem -> problem.startsWith(name + " is required"));
        }
        assertThat(problems).anyMatch(problem -> problem.startsWith("colour is not a setting"));
    }

    @Test
    void wrongSettingsAreRejectedUnsent_andTheirValuesStaySecret() {
        var wrong = new HashMap<String, String>();
        settings().forEach((name, value) -> wrong.put(name, value + "\nplanted-secret"));
        wrong.put("colour", "planted-secret");
        var problems = notifier().problems(wrong);
        assertThat(problems).hasSizeGreaterThanOrEqualTo(settings().size() + 1);
        assertThat(problems.toString()).doesNotContain("planted-secret");
        var delivery = notifier().send(channel(wrong), message(Kind.FIRING), null);
        assertThat(delivery).isInstanceOf(Delivery.Rejected.class);
        assertSafe(delivery);
    }

    @Test
    void neitherNotifierNorChannelPrintSecrets() {
        assertThat(notifier() + " " + channel())
                .isEqualTo(
                        "notifier %1$s channel desk (%1$s)".formatted(notifier().type()));
    }

    protected final void assertSafe(Delivery delivery) {
        assertThat(delivery.toString()).doesNotContain("planted-secret");
        if (!secrets().isEmpty()) {
            assertThat(delivery.toString()).doesNotContain(secrets());
        }
    }

    protected static @Nullable String cause(Delivery delivery) {
        return switch (delivery) {
            case Delivery.Delivered(String id) -> id;
            case Delivery.Retry retry -> retry.cause();
            case Delivery.Rejected rejected -> rejected.cause();
        };
    }
}
