package tocsin.notifiers.email;

import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import java.io.IOException;
import java.util.regex.Pattern;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tocsin.notifiers.common.Failures;
import tocsin.notify.Delivery;

/** What failures of sending mean. SMTP says it in one digit: 4xx may pass, 5xx stays. */
final class SmtpAnswers {
    private static final Logger LOG = LoggerFactory.getLogger(SmtpAnswers.class);
    private static final Pattern CODE = Pattern.compile("(?s)\\s*([245]\\d\\d)[ -].*");
    private static final int MAX_DEPTH = 50;

    private SmtpAnswers() {}

    /** @param id the Message-ID, which counts when some recipients got the mail */
    static Delivery of(MessagingException failure, String id) {
        if (failure instanceof SendFailedException partly && sent(partly) > 0) {
            LOG.warn("E-mail {} was taken for {} recipients and refused for others", id, sent(partly));
            return new Delivery.Delivered(id); // to try again would tell the others twice
        }
        int code = code(failure);
        if (code != 0) {
            String cause = "the mail server answered " + text(failure);
            return code >= 500 ? new Delivery.Rejected(cause) : new Delivery.Retry(cause, null);
        }
        if (failure instanceof AuthenticationFailedException) {
            return new Delivery.Rejected("the mail server does not accept the user name and password");
        }
        if (isRefusedStartTls(failure)) {
            return new Delivery.Rejected("the mail server has no STARTTLS: set security to tls, or to none");
        }
        return new Delivery.Retry("mail server: " + Failures.inWords(failure), null);
    }

    private static int sent(SendFailedException failure) {
        return failure.getValidSentAddresses() == null ? 0 : failure.getValidSentAddresses().length;
    }

    private static boolean isRefusedStartTls(MessagingException failure) {
        return !(failure.getCause() instanceof IOException)
                && String.valueOf(failure.getMessage()).contains("STARTTLS");
    }

    /** The answer's code: the last one in the chain says most. 0 when there is none. */
    private static int code(MessagingException failure) {
        int code = 0;
        Exception next = failure;
        for (int depth = 0; next instanceof MessagingException current && depth < MAX_DEPTH; depth++) {
            int own = ownCode(current);
            code = own == 0 ? code : own;
            next = current.getNextException();
        }
        return code;
    }

    private static int ownCode(MessagingException failure) {
        return switch (failure) {
            case SMTPSendFailedException send -> send.getReturnCode();
            case SMTPAddressFailedException address -> address.getReturnCode();
            case SMTPSenderFailedException sender -> sender.getReturnCode();
            default -> {
                var match = CODE.matcher(String.valueOf(failure.getMessage()));
                yield match.matches() ? Integer.parseInt(match.group(1)) : 0;
            }
        };
    }

    private static String text(MessagingException failure) {
        String text = String.valueOf(failure.getMessage());
        Exception next = failure;
        for (int depth = 0; next instanceof MessagingException current && depth < MAX_DEPTH; depth++) {
            text = ownCode(current) == 0 ? text : String.valueOf(current.getMessage());
            next = current.getNextException();
        }
        return text;
    }
}
