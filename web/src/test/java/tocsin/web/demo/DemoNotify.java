package tocsin.web.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tocsin.alert.AlertId;
import tocsin.notify.Channel;
import tocsin.notify.ChannelStore;
import tocsin.notify.Delivery;
import tocsin.notify.Message;
import tocsin.notify.Notifier;
import tocsin.notify.Outbox;

/** Channels and messages in memory. */
final class DemoNotify implements ChannelStore, Outbox {
    private final Map<String, Channel> channels = new TreeMap<>();
    private final List<Entry> entries = new ArrayList<>();

    synchronized void sent(Message message, @Nullable Outcome outcome, String providerId, List<Attempt> attempts) {
        entries.add(new Entry(entries.size() + 1L, message, outcome, providerId, attempts));
    }

    @Override
    public synchronized void save(Channel channel, String author) {
        channels.put(channel.name(), channel);
    }

    @Override
    public synchronized boolean delete(String name, String author) {
        return channels.remove(name) != null;
    }

    @Override
    public synchronized Optional<Channel> find(String name) {
        return Optional.ofNullable(channels.get(name));
    }

    @Override
    public synchronized List<Channel> all() {
        return List.copyOf(channels.values());
    }

    @Override
    public synchronized void enqueue(Message message) {
        sent(message, null, "", List.of());
    }

    @Override
    public List<Claimed> claim(int limit, Duration lease) {
        return List.of();
    }

    @Override
    public void finish(Claimed message, Outcome outcome, String providerId, String detail) {}

    @Override
    public void retry(Claimed message, Instant at, String detail) {}

    @Override
    public synchronized List<Entry> of(AlertId alert) {
        return entries.stream()
                .filter(entry -> alert.equals(entry.message().alert()))
                .toList();
    }

    @Override
    public synchronized List<Entry> latest(int limit) {
        return entries.stream()
                .sorted(Comparator.comparing((Entry entry) -> entry.message().createdAt())
                        .reversed())
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized long waiting() {
        return entries.stream().filter(entry -> entry.outcome() == null).count();
    }

    @Override
    public void onEnqueued(Runnable listener) {}

    /** A notifier that says what it was told to say. */
    record Type(String type, List<Setting> settings, Delivery answer) implements Notifier {
        @Override
        public List<String> problems(Map<String, String> values) {
            String url = values.getOrDefault("url", "https://");
            return url.startsWith("https://") || url.startsWith("http://")
                    ? List.of()
                    : List.of("the address has to begin with https://");
        }

        @Override
        public Delivery send(Channel channel, Message message, @Nullable String earlier) {
            return answer;
        }
    }

    static List<Notifier> notifiers() {
        return List.of(
                new Type(
                        "slack",
                        List.of(
                                new Notifier.Setting(
                                        "url",
                                        "Webhook address",
                                        "From “Incoming Webhooks” of your Slack app: https://hooks.slack.com/services/…",
                                        false,
                                        true),
                                new Notifier.Setting(
                                        "token",
                                        "Bot token",
                                        "Starts with xoxb-. With it, messages are updated in place.",
                                        false,
                                        true),
                                new Notifier.Setting(
                                        "channel", "Channel", "#alerts; needed with a bot token", false, false)),
                        new Delivery.Delivered("1763838221.004")),
                new Type(
                        "sms",
                        List.of(
                                new Notifier.Setting(
                                        "to", "Phone number", "With the country code: +49 151 …", true, false),
                                new Notifier.Setting(
                                        "accountSid", "Account SID", "From the Twilio console", true, false),
                                new Notifier.Setting("authToken", "Auth token", "From the Twilio console", true, true)),
                        new Delivery.Retry("429 Too Many Requests, try again in 30 s", Duration.ofSeconds(30))),
                new Type(
                        "email",
                        List.of(new Notifier.Setting("to", "Address", "oncall@example.com", true, false)),
                        new Delivery.Delivered("<7f3a@tocsin>")),
                new Type(
                        "webhook",
                        List.of(
                                new Notifier.Setting("url", "Address", "https://example.com/hook", true, false),
                                new Notifier.Setting(
                                        "secret",
                                        "Signing secret",
                                        "Receivers check the signature with it",
                                        false,
                                        true)),
                        new Delivery.Rejected("404 Not Found")),
                new Type("console", List.of(), new Delivery.Delivered("")));
    }
}
