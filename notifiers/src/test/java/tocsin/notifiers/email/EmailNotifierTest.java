package tocsin.notifiers.email;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.junit5.GreenMailExtension;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tocsin.notifiers.common.LogWatch;
import tocsin.notify.Delivery;
import tocsin.notify.Message;
import tocsin.notify.Message.Kind;
import tocsin.notify.Notifier;
import tocsin.notify.NotifierContract;

class EmailNotifierTest extends NotifierContract {
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:05Z");
    private static final String PASSWORD = "planted-secret-password";

    @RegisterExtension
    static final GreenMailExtension MAIL = new GreenMailExtension(new ServerSetup[] {
        new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP),
        new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTPS)
    });

    private final EmailNotifier notifier = new EmailNotifier(timeout(), InstantSource.fixed(NOW));
    private SmtpStandIn standIn;
    private int port;
    private LogWatch logs;

    @BeforeEach
    void start() throws IOException {
        MAIL.setUser("tocsin@example.org", "tocsin", PASSWORD);
        standIn = new SmtpStandIn(command -> null);
        port = MAIL.getSmtp().getPort();
        logs = new LogWatch();
    }

    @AfterEach
    void noSecretWasLogged() throws IOException {
        standIn.close();
        logs.close();
        assertThat(logs.text()).doesNotContain("planted-secret");
    }

    @Override
    protected Notifier notifier() {
        return notifier;
    }

    @Override
    protected Duration timeout() {
        return Duration.ofMillis(1500);
    }

    @Override
    protected Map<String, String> settings() {
        return Map.of(
                "host", "127.0.0.1",
                "port", Integer.toString(port),
                "security", "none",
                "username", "tocsin",
                "password", PASSWORD,
                "from", "Tocsin <tocsin@example.org>",
                "to", "ada@example.org, Grace <grace@example.org>");
    }

    @Override
    protected void provide() {
        port = MAIL.getSmtp().getPort();
    }

    @Override
    protected Set<Trouble> troubles() {
        return EnumSet.complementOf(EnumSet.of(Trouble.REDIRECTS));
    }

    @Override
    protected void make(Trouble trouble) {
        port = trouble == Trouble.ABSENT ? 1 : standIn.port();
        standIn.script(
                switch (trouble) {
                    case TOO_MANY -> at("MAIL", "450 4.7.1 too many messages, slow down");
                    case DOWN -> at("CONNECT", "421 4.3.2 the service is not available");
                    case REFUSES -> at("MAIL", "550 5.7.1 this sender is not allowed");
                    case BAD_KEY -> at("PASSWORD", "535 5.7.8 authentication failed");
                    case ECHOES -> at("PASSWORD", "535 5.7.8 wrong: tocsin " + PASSWORD);
                    case SILENT -> at("CONNECT", SmtpStandIn.SILENCE);
                    case TRICKLES -> at("MAIL", SmtpStandIn.SILENCE);
                    case TALKS_FOREVER -> at("CONNECT", "220 " + "x".repeat(200_000));
                    case HANGS_UP, REDIRECTS, ABSENT -> at("MAIL", null);
                    case BABBLES -> at("CONNECT", "HTTP/1.1 400 Bad Request");
                    case NONSENSE -> at("DATA", "one moment");
                });
    }

    @Override
    protected Class<? extends Delivery> expected(Trouble trouble) {
        return switch (trouble) {
            case REFUSES, BAD_KEY, ECHOES, REDIRECTS -> Delivery.Rejected.class;
            case TALKS_FOREVER -> Delivery.Delivered.class; // a long greeting, and then all is well
            case TOO_MANY, DOWN, SILENT, TRICKLES, HANGS_UP, BABBLES, NONSENSE, ABSENT -> Delivery.Retry.class;
        };
    }

    /** Well-behaved but for this answer. */
    private static SmtpStandIn.Script at(String moment, String answer) {
        var inData = new boolean[1];
        return command -> {
            String verb = verb(command, inData);
            if (verb.equals(moment)) {
                return answer;
            }
            return switch (verb) {
                case "CONNECT" -> "220 stand-in";
                case "EHLO" -> "250-stand-in\r\n250 AUTH LOGIN PLAIN";
                case "AUTH" -> "334 VXNlcm5hbWU6";
                case "USER" -> "334 UGFzc3dvcmQ6";
                case "PASSWORD" -> "235 2.7.0 welcome";
                case "DATA" -> "354 go ahead";
                case "LINE" -> "";
                case "QUIT" -> "221 bye";
                default -> "250 2.0.0 ok";
            };
        };
    }

    private static String verb(String command, boolean[] inData) {
        if (inData[0]) {
            inData[0] = !command.equals(".");
            return inData[0] ? "LINE" : "END";
        }
        inData[0] = command.equals("DATA");
        return switch (command) {
            case String c when c.equals("dG9jc2lu") -> "USER"; // "tocsin" in Base64
            case String c when c.matches("[A-Za-z0-9+/]{12,}={0,2}") -> "PASSWORD";
            default -> command.split("[ :]", 2)[0];
        };
    }

    private MimeMessage received(String id) throws MessagingException {
        assertThat(MAIL.waitForIncomingEmail(5000, 1)).isTrue();
        for (var mail : MAIL.getReceivedMessages()) {
            if (mail.getMessageID().equals(id)) {
                return mail;
            }
        }
        throw new AssertionError("no mail " + id);
    }

    private Delivery send(Message message, String earlier) {
        return notifier.send(channel(), message, earlier);
    }

    @Test
    void aMailSaysEverythingTwice_asTextAndAsHtml() throws Exception {
        var delivery = send(message(Kind.FIRING), null);
        assertThat(delivery).isInstanceOf(Delivery.Delivered.class);
        var mail = received(cause(delivery));
        assertThat(mail.getSubject()).isEqualTo("[HIGH] checkout.slow: p99 of checkout is 2.1 s");
        assertThat(mail.getFrom()[0]).hasToString("Tocsin <tocsin@example.org>");
        assertThat(mail.getAllRecipients()).hasSize(2);
        assertThat(mail.getSentDate().toInstant()).isEqualTo(NOW);
        assertThat(mail.getHeader("Auto-Submitted")).containsExactly("auto-generated");

        var parts = (MimeMultipart) mail.getContent();
        assertThat(parts.getContentType()).startsWith("multipart/alternative");
        assertThat(((String) parts.getBodyPart(0).getContent()).replace("\r", ""))
                .isEqualTo("""
                [HIGH] checkout.slow: p99 of checkout is 2.1 s

                avg("5m") was 2.1, limit > 1.5
                Runbook: docs/runbooks/latency.md

                severity: high
                rule: checkout.slow
                instance: web-1

                Open in Tocsin: http://localhost:8080/alerts/0123456789abcdef-abc

                Why you get this: Step 1 of the escalation "checkout".
                """);
        assertThat((String) parts.getBodyPart(1).getContent())
                .contains("limit &gt; 1.5", "href=\"http://localhost:8080/alerts/0123456789abcdef-abc\"", "#e0562b");
    }

    @Test
    void messagesAboutOneAlertAreOneThread() throws Exception {
        String first = cause(send(message(Kind.FIRING), null));
        String next = cause(send(message(Kind.RESOLVED), first));
        var second = received(next);
        assertThat(second.getHeader("In-Reply-To")).containsExactly(first);
        assertThat(second.getHeader("References")).containsExactly(first);
        assertThat(next).isNotEqualTo(first);
    }

    @Test
    void aRepeatHasTheSameId_soThatItCanBeTold() {
        assertThat(send(message(Kind.FIRING), null)).isEqualTo(send(message(Kind.FIRING), null));
    }

    @Test
    void aTitleCannotAddHeadersOrRecipients() throws Exception {
        var delivery =
                send(message(Kind.FIRING, "fire\r\nBcc: evil@example.org\r\n\r\nbody", Map.of("x", "<script>")), null);
        var mail = received(cause(delivery));
        assertThat(mail.getHeader("Bcc")).isNull();
        assertThat(mail.getSubject()).isEqualTo("fire Bcc: evil@example.org body");
        assertThat((String) ((MimeMultipart) mail.getContent()).getBodyPart(1).getContent())
                .contains("&lt;script&gt;");
    }

    @Test
    void lettersOfTheWorldArrive() throws Exception {
        var delivery = send(message(Kind.FIRING, "Kälte in Łódź 🔔", Map.of()), null);
        assertThat(received(cause(delivery)).getSubject()).isEqualTo("Kälte in Łódź 🔔");
    }

    @Test
    void tlsIsUsedWhenAskedFor_andACertificateThatNobodyKnowsIsRefused() {
        var settings = new HashMap<>(settings());
        settings.put("security", "tls");
        settings.put("port", Integer.toString(MAIL.getSmtps().getPort()));
        assertThat(notifier.send(channel(settings), message(Kind.FIRING), null))
                .isEqualTo(new Delivery.Retry(
                        "mail server: no secure connection: the certificate or the protocol does not fit", null));
        assertThat(MAIL.getReceivedMessages()).isEmpty();
    }

    @Test
    void aServerWithoutStarttlsNeverGetsThePassword() {
        make(Trouble.REFUSES);
        var settings = new HashMap<>(settings());
        settings.remove("security"); // starttls is what is meant when nothing is said
        assertThat(notifier.send(channel(settings), message(Kind.FIRING), null))
                .isEqualTo(new Delivery.Rejected("the mail server has no STARTTLS: set security to tls, or to none"));
        assertThat(standIn.commands()).noneMatch(command -> command.startsWith("AUTH"));
    }

    @ParameterizedTest(name = "{1} at {0} -> {2}")
    @CsvSource({
        "RCPT, 550 5.1.1 no such user, Rejected",
        "RCPT, 450 4.2.1 mailbox is busy, Retry",
        "END, 554 5.7.1 looks like spam, Rejected",
        "END, 452 4.3.1 disk is full, Retry",
        "PASSWORD, 454 4.7.0 try again later, Retry",
    })
    void theFirstDigitDecides(String moment, String answer, String expected) {
        port = standIn.port();
        standIn.script(at(moment, answer));
        var delivery = send(message(Kind.FIRING), null);
        assertThat(delivery.getClass().getSimpleName()).isEqualTo(expected);
        assertThat(cause(delivery)).contains(answer);
    }

    @Test
    void whenOneRecipientIsRefused_theOthersGetTheirMail_once() {
        port = standIn.port();
        var behaved = at("never", null);
        standIn.script(
                command -> command.startsWith("RCPT TO:<grace") ? "550 5.1.1 no such user" : behaved.answer(command));
        assertThat(send(message(Kind.FIRING), null)).isInstanceOf(Delivery.Delivered.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nobody", "a@b@c", "a@example.org b@example.org", "ada@example.org,,,nobody"})
    void addressesThatAreRefused(String to) {
        var settings = new HashMap<>(settings());
        settings.put("to", to);
        assertThat(notifier.problems(settings)).singleElement().asString().startsWith("to must be an e-mail address");
    }
}
