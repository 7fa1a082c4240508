package tocsin.notifiers;

import java.net.URI;
import java.time.Duration;

/**
 * How notifiers reach the providers.
 *
 * @param timeout of one attempt, from connecting to the end of the answer; between 100 ms and 30 s
 * @param slackApi where Slack's Web API is; another one is of use in tests and behind a proxy
 * @param twilioApi where Twilio's REST API is
 * @param pagerDutyApi where PagerDuty's Events API is
 */
public record NotifierSettings(Duration timeout, URI slackApi, URI twilioApi, URI pagerDutyApi) {
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    public NotifierSettings {
        if (timeout.compareTo(SHORTEST) < 0 || timeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("timeout is between 100 ms and 30 s, not " + timeout);
        }
        slackApi = base("slackApi", slackApi);
        twilioApi = base("twilioApi", twilioApi);
        pagerDutyApi = base("pagerDutyApi", pagerDutyApi);
    }

    /** Ten seconds, and the providers' own addresses. */
    public static NotifierSettings defaults() {
        return new NotifierSettings(
                Duration.ofSeconds(10),
                URI.create("https://slack.com"),
                URI.create("https://api.twilio.com"),
                URI.create("https://events.pagerduty.com"));
    }

    private static URI base(String name, URI address) {
        String scheme = address.getScheme();
        boolean web = "http".equals(scheme) || "https".equals(scheme);
        if (!web || address.getHost() == null || address.getRawQuery() != null) {
            throw new IllegalArgumentException(name + " is an http or https address without a query, not " + address);
        }
        String text = address.toString();
        return text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : address;
    }
}
