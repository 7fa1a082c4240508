package tocsin.notifiers.email;

import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tocsin.notifiers.common.Texts;
import tocsin.notifiers.common.Values;
import tocsin.notify.Message;

/** A message as e-mail, with an id that follows from its key, so that a repeat can be told by it. */
final class Mail extends MimeMessage {
    private static final String UTF_8 = "UTF-8";
    private static final int MAX_SUBJECT = 200;

    private final String id;

    private Mail(Session session, String id) {
        super(session);
        this.id = id;
    }

    static Mail of(Session session, Values settings, Message message, @Nullable String earlier, Instant now)
            throws MessagingException {
        var mail = new Mail(session, idOf(settings, message));
        mail.setFrom(from(settings));
        mail.setRecipients(RecipientType.TO, InternetAddress.parse(settings.get("to"), true));
        mail.setSubject(Texts.cut(Texts.line(message.title()), MAX_SUBJECT), UTF_8);
        mail.setSentDate(Date.from(now));
        mail.setHeader("Auto-Submitted", "auto-generated"); // no out-of-office replies, please
        mail.setHeader("X-Tocsin-Key", Texts.cut(Texts.line(message.key()), MAX_SUBJECT));
        if (earlier != null && earlier.startsWith("<")) {
            mail.setHeader("In-Reply-To", Texts.line(earlier));
            mail.setHeader("References", Texts.line(earlier));
        }
        mail.setContent(new MimeMultipart("alternative", text(message), html(message)));
        mail.saveChanges();
        return mail;
    }

    /** The Message-ID of a message. */
    static String idOf(Values settings, Message message) {
        var name = UUID.nameUUIDFromBytes(message.key().getBytes(StandardCharsets.UTF_8));
        return "<" + name + "@" + domain(settings) + ">";
    }

    private static String domain(Values settings) {
        String address = settings.get("from").replaceAll("[<>\\s]", "");
        return address.substring(address.indexOf('@') + 1).replaceAll("[^A-Za-z0-9.-]", "");
    }

    private static InternetAddress from(Values settings) throws MessagingException {
        return InternetAddress.parse(settings.get("from"), true)[0];
    }

    private static MimeBodyPart text(Message message) throws MessagingException {
        var part = new MimeBodyPart();
        part.setText(MailText.plain(message), UTF_8);
        return part;
    }

    private static MimeBodyPart html(Message message) throws MessagingException {
        var part = new MimeBodyPart();
        part.setText(MailText.html(message), UTF_8, "html");
        return part;
    }

    @Override
    protected void updateMessageID() throws MessagingException {
        setHeader("Message-ID", id);
    }
}
