package tocsin.engine.dispatch;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import tocsin.alert.Alert;
import tocsin.alert.AlertId;
import tocsin.alert.AlertQuery;
import tocsin.alert.AlertStore;
import tocsin.alert.Status;
import tocsin.alert.Transition;
import tocsin.label.Labels;
import tocsin.notify.Channel;
import tocsin.notify.ChannelStore;
import tocsin.rule.Evidence;
import tocsin.rule.RuleId;
import tocsin.rule.Severity;
import tocsin.signal.LogPosition;
import tocsin.signal.Series;

/** Alerts and channels in memory, as far as a dispatcher reads them. */
final class Stores {
    private static final Instant START = Instant.parse("2026-03-01T09:59:00Z");
    private static final RuleId RULE = new RuleId("checkout.slow");

    private final Map<AlertId, Alert> alerts = new ConcurrentHashMap<>();
    private final Map<String, Channel> channels = new ConcurrentHashMap<>();
    private volatile boolean away;

    void away(boolean isAway) {
        away = isAway;
    }

    AlertId alert(String instance, Status status) {
        var labels = Labels.of("instance", instance);
        var fingerprint = Alert.fingerprint(RULE, labels);
        var id = AlertId.of(fingerprint, START);
        String by = status == Status.ACKNOWLEDGED ? "ada" : null;
        var evidence = new Evidence(Series.of("latency", "instance", instance), START, 2, List.of());
        alerts.put(
                id,
                new Alert(
                        id,
                        fingerprint,
                        RULE,
                        1,
                        labels,
                        Severity.HIGH,
                        status,
                        1,
                        START,
                        START,
                        START,
                        by,
                        "checkout is slow",
                        null,
                        null,
                        evidence));
        return id;
    }

    void channel(String name, boolean enabled) {
        channels.put(name, new Channel(name, "phone", Map.of(), 1, Severity.LOW, enabled));
    }

    void channelOfType(String name, String type) {
        channels.put(name, new Channel(name, type, Map.of(), 1, Severity.LOW, true));
    }

    private void check() {
        if (away) {
            throw new IllegalStateException("the database is away");
        }
    }

    ChannelStore channels() {
        return new ChannelStore() {
            @Override
            public void save(Channel channel, String author) {
                channels.put(channel.name(), channel);
            }

            @Override
            public boolean delete(String name, String author) {
                return channels.remove(name) != null;
            }

            @Override
            public Optional<Channel> find(String name) {
                check();
                return Optional.ofNullable(channels.get(name));
            }

            @Override
            public List<Channel> all() {
                return List.copyOf(channels.values());
            }
        };
    }

    AlertStore alerts() {
        return new AlertStore() {
            @Override
            public Optional<Alert> find(AlertId id) {
                check();
                return Optional.ofNullable(alerts.get(id));
            }

            @Override
            public void store(List<Transition> transitions, LogPosition evaluatedUpTo) {
                throw new UnsupportedOperationException("a dispatcher never stores alerts");
            }

            @Override
            public LogPosition evaluatedUpTo() {
                return LogPosition.START;
            }

            @Override
            public List<Alert> open() {
                return List.of();
            }

            @Override
            public List<Alert> find(AlertQuery query) {
                return List.of();
            }

            @Override
            public List<Transition> transitions(AlertId id) {
                return List.of();
            }

            @Override
            public int handOver(int limit, Consumer<Transition> handler) {
                return 0;
            }
        };
    }
}
