package tocsin.notifiers.twilio;

import org.jspecify.annotations.Nullable;
import tocsin.notifiers.common.Checks;
import tocsin.notifiers.common.Form;
import tocsin.notifiers.common.Values;

/** The settings that text messages and calls have in common. */
final class TwilioForm {
    private static final String PHONE = "\\+[1-9][0-9]{6,14}";
    private static final String PHONE_EXAMPLE = "+15551234567, with the country's code";

    private TwilioForm() {}

    static Form sms() {
        return account(Form.builder())
                .optional(
                        "from",
                        "From",
                        "A number or sender name of your account, such as +15551234567",
                        Checks.form(PHONE + "|[A-Za-z0-9 ]{1,11}", PHONE_EXAMPLE + ", or a sender name"))
                .optional(
                        "messaging_service_sid",
                        "Messaging service",
                        "Instead of From: begins with MG. In Twilio: Messaging, Services",
                        sid("MG"))
                .required("to", "To", "The phone to text, such as +15551234567", Checks.form(PHONE, PHONE_EXAMPLE))
                .rule(settings -> sender(new Values(settings)))
                .build();
    }

    static Form voice() {
        return account(Form.builder())
                .required(
                        "from",
                        "From",
                        "A number of your account that can call, such as +15551234567",
                        Checks.form(PHONE, PHONE_EXAMPLE))
                .required("to", "To", "The phone to call, such as +15551234567", Checks.form(PHONE, PHONE_EXAMPLE))
                .build();
    }

    private static Form.Builder account(Form.Builder form) {
        return form.required(
                        "account_sid",
                        "Account SID",
                        "Begins with AC. On the first page of Twilio's console",
                        sid("AC"))
                .optionalSecret("auth_token", "Auth token", "Beside the account SID", Checks::anything)
                .optional(
                        "api_key_sid",
                        "API key SID",
                        "Instead of the auth token, and better: begins with SK. In Twilio: Account, API keys",
                        sid("SK"))
                .optionalSecret(
                        "api_key_secret", "API key secret", "Shown once, when the key is made", Checks::anything)
                .rule(settings -> credentials(new Values(settings)));
    }

    private static Form.Check sid(String prefix) {
        return Checks.form(prefix + "[0-9a-fA-F]{32}", prefix + " and 32 hexadecimal digits");
    }

    private static @Nullable String credentials(Values settings) {
        boolean key = settings.has("api_key_sid") || settings.has("api_key_secret");
        boolean wholeKey = settings.has("api_key_sid") && settings.has("api_key_secret");
        if (key && !wholeKey) {
            return "api_key_sid and api_key_secret are needed together";
        }
        return key || settings.has("auth_token") ? null : "auth_token, or api_key_sid and api_key_secret, is required";
    }

    private static @Nullable String sender(Values settings) {
        return settings.has("from") == settings.has("messaging_service_sid")
                ? "exactly one of from and messaging_service_sid is required"
                : null;
    }
}
