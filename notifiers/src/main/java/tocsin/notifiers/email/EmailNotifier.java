package tocsin.notifiers.email;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import tocsin.notifiers.common.CheckedNotifier;
import tocsin.notifiers.common.Checks;
import tocsin.notifiers.common.Deadline;
import tocsin.notifiers.common.Form;
import tocsin.notifiers.common.Values;
import tocsin.notify.Delivery;
import tocsin.notify.Message;

/** Sends e-mail over SMTP, as text and as HTML. Messages about one alert answer the first one, so they are one thread. */
public final class EmailNotifier extends CheckedNotifier {
    private static final int MAX_RECIPIENTS = 50;
    private static final String STARTTLS = "starttls";

    private static final Map<String, String> PORTS = Map.of("none", "25", STARTTLS, "587", "tls", "465");

    private static final Form FORM = Form.builder()
            .required("host", "Server", "Your outgoing mail server, such as smtp.example.org", EmailNotifier::host)
            .optional("port", "Port", "Unless set: 587 with starttls, 465 with tls, 25 with none", Checks::port)
            .optional(
                    "security",
                    "Security",
                    "starttls (as it is when not set), tls, or none for a server in your own network",
                    Checks.oneOf(Set.of("none", STARTTLS, "tls")))
            .optional("username", "User name", "Unless the server lets you in without", Checks::anything)
            .optionalSecret(
                    "password", "Password", "For many providers an app password made for this", Checks::anything)
            .required("from", "From", "Such as Tocsin <tocsin@example.org>", value -> addresses(value, 1))
            .required(
                    "to",
                    "To",
                    "One address or several with commas, 50 at most",
                    value -> addresses(value, MAX_RECIPIENTS))
            .rule(settings -> login(new Values(settings)))
            .build();

    private final Duration timeout;
    private final InstantSource clock;
    private final @Nullable SSLSocketFactory sockets;

    public EmailNotifier(Duration timeout, InstantSource clock) {
        this(timeout, clock, null);
    }

    /** @param sockets whom to trust; null for what the JDK trusts */
    EmailNotifier(Duration timeout, InstantSource clock, @Nullable SSLSocketFactory sockets) {
        super("email", FORM);
        this.timeout = timeout;
        this.clock = clock;
        this.sockets = sockets;
    }

    private static @Nullable String host(String value) {
        return value.matches("[A-Za-z0-9.:_-]{1,253}") ? null : "must be the name or address of a server, nothing else";
    }

    private static @Nullable String addresses(String value, int limit) {
        try {
            var addresses = InternetAddress.parse(value, true);
            for (var address : addresses) {
                address.validate();
            }
            if (addresses.length > limit) {
                return limit == 1 ? "must be one address" : "must be at most " + limit + " addresses";
            }
            return addresses.length == 0 ? "must hold an address" : null;
        } catch (AddressException e) {
            return "must be an e-mail address such as ops@example.org";
        }
    }

    private static @Nullable String login(Values settings) {
        return settings.has("username") == settings.has("password")
                ? null
                : "username and password are needed together, or neither";
    }

    @Override
    protected Delivery deliver(Values settings, Message message, @Nullable String earlier)
            throws IOException, InterruptedException {
        // the library's time-outs are for each step, of which a conversation with a slow server has many
        return Deadline.call(timeout, () -> send(settings, message, earlier));
    }

    private Delivery send(Values settings, Message message, @Nullable String earlier) {
        var session = Session.getInstance(properties(settings));
        try (Transport transport = session.getTransport("smtp")) {
            var mail = Mail.of(session, settings, message, earlier, clock.instant());
            if (settings.has("username")) {
                transport.connect(settings.get("username"), settings.get("password"));
            } else {
                transport.connect();
            }
            transport.sendMessage(mail, mail.getAllRecipients());
            return new Delivery.Delivered(mail.getMessageID());
        } catch (MessagingException e) {
            return SmtpAnswers.of(e, Mail.idOf(settings, message));
        }
    }

    private Properties properties(Values settings) {
        String security = settings.get("security", STARTTLS);
        String millis = Long.toString(timeout.toMillis());
        var properties = new Properties();
        properties.putAll(Map.of(
                "mail.smtp.host", settings.get("host"),
                "mail.smtp.port", settings.get("port", PORTS.getOrDefault(security, "25")),
                "mail.smtp.auth", Boolean.toString(settings.has("username")),
                "mail.smtp.connectiontimeout", millis,
                "mail.smtp.timeout", millis,
                "mail.smtp.sendpartial", "true",
                "mail.smtp.ssl.enable", Boolean.toString(security.equals("tls")),
                "mail.smtp.ssl.checkserveridentity", "true",
                "mail.smtp.starttls.enable", Boolean.toString(security.equals(STARTTLS)),
                "mail.smtp.starttls.required", Boolean.toString(security.equals(STARTTLS))));
        if (sockets != null) {
            properties.put("mail.smtp.ssl.socketFactory", sockets);
        }
        return properties;
    }
}
