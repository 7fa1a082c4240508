package tocsin.flowable;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import tocsin.alert.Alert;
import tocsin.alert.AlertId;
import tocsin.alert.AlertQuery;
import tocsin.alert.AlertStore;
import tocsin.alert.Status;
import tocsin.alert.Transition;
import tocsin.incident.Incident;
import tocsin.incident.IncidentStore;
import tocsin.label.Labels;
import tocsin.notify.Channel;
import tocsin.notify.ChannelStore;
import tocsin.notify.Message;
import tocsin.notify.Outbox;
import tocsin.rule.Evidence;
import tocsin.rule.RuleId;
import tocsin.rule.Severity;
import tocsin.signal.LogPosition;
import tocsin.signal.Series;
import tocsin.step.HealingSettings;
import tocsin.workflow.EscalationSettings;

/** Everything around the processes, in memory and on a clock that only moves when told to. */
final class World implements AutoCloseable {
    static final Instant MIDNIGHT = Instant.parse("2026-03-01T00:00:00Z");
    private static final AtomicLong EPISODES = new AtomicLong();

    final Channels channels = new Channels();
    final Alerts alerts = new Alerts();
    final Incidents incidents = new Incidents();
    final SentMessages outbox = new SentMessages();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final HikariDataSource pool;
    final DataSourceTransactionManager transactions;
    final EscalationSettings escalation = new EscalationSettings(
            Map.of(
                    Severity.CRITICAL, Duration.ofMinutes(2),
                    Severity.HIGH, Duration.ofMinutes(5),
                    Severity.MEDIUM, Duration.ofSeconds(1)),
            2);
    private final InstantSource clock;
    private volatile Instant now;
    private Instant start;
    FlowableWorkflows workflows;

    /** With a clock that stands still, and timers that are worked on when {@link #pass} comes by them. */
    static World still(TestDatabase database, Instant now) {
        return new World(database, now, null);
    }

    /** With the wall clock, and everything running by itself. */
    static World running(TestDatabase database) {
        return new World(database, Instant.now(), InstantSource.system());
    }

    private World(TestDatabase database, Instant now, @Nullable InstantSource wall) {
        this.now = now;
        this.start = now;
        this.clock = wall == null ? () -> this.now : wall;
        pool = database.pool();
        transactions = new DataSourceTransactionManager(pool);
        workflows = open("one", wall != null);
    }

    /** Processes as another server on the same database runs them. */
    FlowableWorkflows open(String node, boolean started) {
        return new FlowableWorkflows(
                pool,
                transactions,
                channels,
                outbox,
                alerts,
                incidents,
                escalation,
                new WorkflowSettings(
                        "https://tocsin.example/",
                        node,
                        HealingSettings.DEFAULT,
                        Duration.ofMillis(200),
                        4,
                        Duration.ofSeconds(60),
                        Duration.ofDays(90)),
                clock,
                node.equals("one") ? meters : new SimpleMeterRegistry(),
                started);
    }

    /** The server ends, and another begins on the same database. */
    void restart() {
        workflows.close();
        workflows = open("one", false);
    }

    Instant now() {
        return clock.instant();
    }

    /** Let time pass, half a minute at a time, and let the engine work on what is due. */
    void pass(Duration time) {
        var until = now.plus(time);
        while (now.isBefore(until)) {
            var next = now.plusSeconds(30);
            now = next.isAfter(until) ? until : next;
            workOnDueTimers();
        }
    }

    /** Let time pass while nobody works on timers. */
    void sleep(Duration time) {
        now = now.plus(time);
    }

    void workOnDueTimers() {
        var management = workflows.engine().getManagementService();
        for (var job : management
                .createTimerJobQuery()
                .duedateLowerThan(Date.from(now.plusMillis(1)))
                .list()) {
            management.moveTimerToExecutableJob(job.getId());
            management.executeJob(job.getId());
        }
    }

    long waitingTimers() {
        return workflows.engine().getManagementService().createTimerJobQuery().count();
    }

    Alert fire(Severity severity) {
        return fire(severity, null);
    }

    Alert fire(Severity severity, @Nullable String heal) {
        return fire("host.cpu-saturated", severity, heal);
    }

    Alert fire(String rule, Severity severity, @Nullable String heal) {
        var alert = step(firing(rule, severity, heal), Status.PENDING, "rule");
        workflows.accept(alerts.lastOf(alert));
        return alert;
    }

    /** An alert that fires, of which nobody knows yet. */
    Alert firing(String rule, Severity severity, @Nullable String heal) {
        var labels = Labels.of("env", "prod", "instance", "web-" + EPISODES.incrementAndGet());
        var fingerprint = Alert.fingerprint(new RuleId(rule), labels);
        var evidence = new Evidence(
                new Series(labels.with(Map.of(Labels.METRIC, "host_cpu_utilization"))),
                now(),
                0.93,
                List.of(new Evidence.Term("avg(\"5m\")", ">", 0.9, 0.93)));
        return new Alert(
                AlertId.of(fingerprint, now()),
                fingerprint,
                new RuleId(rule),
                3,
                labels,
                severity,
                Status.FIRING,
                1,
                now(),
                now(),
                now(),
                null,
                "CPU of " + labels.get("instance") + " is 93 %",
                "docs/runbooks/cpu.md",
                heal,
                evidence);
    }

    Alert acknowledge(Alert alert, String who) {
        var taken = step(with(alert, Status.ACKNOWLEDGED, who), Status.FIRING, who);
        workflows.accept(alerts.lastOf(taken));
        return taken;
    }

    Alert resolve(Alert alert, String actor) {
        var over = step(with(alert, Status.RESOLVED, alert.acknowledgedBy()), alert.status(), actor);
        workflows.accept(alerts.lastOf(over));
        return over;
    }

    /** Store a step without handing it over. */
    Alert step(Alert alert, Status from, String actor) {
        alerts.transitions.add(new Transition(alert, from, now(), actor, "because"));
        return alert;
    }

    Alert with(Alert alert, Status status, @Nullable String by) {
        return new Alert(
                alert.id(),
                alert.fingerprint(),
                alert.rule(),
                alert.ruleVersion(),
                alert.labels(),
                alert.severity(),
                status,
                alert.revision() + 1,
                alert.startedAt(),
                alert.firedAt(),
                now(),
                by,
                alert.summary(),
                alert.runbook(),
                alert.heal(),
                alert.evidence());
    }

    void channel(String name, int level, Severity atLeast) {
        channels.save(new Channel(name, "console", Map.of(), level, atLeast, true), "test");
    }

    void disable(String name) {
        var channel = channels.find(name).orElseThrow();
        channels.save(
                new Channel(name, channel.type(), channel.settings(), channel.level(), channel.atLeast(), false),
                "test");
    }

    /** What reached the outbox for an alert, a line each: the time since the world began, the kind, the channel. */
    List<String> told(Alert alert) {
        return outbox.messages.values().stream()
                .filter(message -> alert.id().equals(message.alert()))
                .map(message -> "%s %s %s".formatted(since(message.createdAt()), message.kind(), message.channel()))
                .toList();
    }

    private String since(Instant at) {
        var time = Duration.between(start, at);
        return "%d:%02d".formatted(time.toMinutes(), time.toSecondsPart());
    }

    /** Count the minutes of {@link #told} from now on. */
    void startCounting() {
        start = now;
    }

    double count(String meter, String... tags) {
        return meters.get(meter).tags(tags).counter().count();
    }

    @Override
    public void close() {
        workflows.close();
        pool.close();
    }

    static final class Channels implements ChannelStore {
        private final Map<String, Channel> byName = new ConcurrentHashMap<>();

        @Override
        public void save(Channel channel, String author) {
            byName.put(channel.name(), channel);
        }

        @Override
        public boolean delete(String name, String author) {
            return byName.remove(name) != null;
        }

        @Override
        public Optional<Channel> find(String name) {
            return Optional.ofNullable(byName.get(name));
        }

        @Override
        public List<Channel> all() {
            return List.copyOf(new TreeMap<>(byName).values());
        }
    }

    /** Keeps what was enqueued, and never sends it. */
    static final class SentMessages implements Outbox {
        final Map<String, Message> messages = Collections.synchronizedMap(new LinkedHashMap<>());

        /** Called before a message is taken, to get in its way. */
        volatile Consumer<Message> before = message -> {};

        @Override
        public void enqueue(Message message) {
            before.accept(message);
            messages.putIfAbsent(message.key(), message);
        }

        @Override
        public List<Claimed> claim(int limit, Duration lease) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void finish(Claimed message, Outcome outcome, String providerId, String detail) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void retry(Claimed message, Instant at, String detail) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Entry> of(AlertId alert) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Entry> latest(int limit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long waiting() {
            return messages.size();
        }

        @Override
        public void onEnqueued(Runnable listener) {}
    }

    static final class Alerts implements AlertStore {
        final List<Transition> transitions = new CopyOnWriteArrayList<>();

        Transition lastOf(Alert alert) {
            return transitions(alert.id()).getLast();
        }

        @Override
        public void store(List<Transition> steps, LogPosition evaluatedUpTo) {
            transitions.addAll(steps);
        }

        @Override
        public LogPosition evaluatedUpTo() {
            return LogPosition.START;
        }

        @Override
        public List<Alert> open() {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Alert> find(AlertQuery query) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<Alert> find(AlertId id) {
            var steps = transitions(id);
            return steps.isEmpty()
                    ? Optional.empty()
                    : Optional.of(steps.getLast().alert());
        }

        @Override
        public List<Transition> transitions(AlertId id) {
            return transitions.stream()
                    .filter(step -> step.alert().id().equals(id))
                    .toList();
        }

        @Override
        public int handOver(int limit, Consumer<Transition> handler) {
            throw new UnsupportedOperationException();
        }
    }

    static final class Incidents implements IncidentStore {
        private final List<Incident> incidents = new ArrayList<>();

        @Override
        public synchronized Incident open(AlertId alert, String title, Severity severity, Instant at) {
            return of(alert).orElseGet(() -> {
                var incident = new Incident(incidents.size() + 1, alert, title, severity, at, null);
                incidents.add(incident);
                return incident;
            });
        }

        @Override
        public synchronized Optional<Incident> close(AlertId alert, Instant at) {
            return of(alert).filter(incident -> incident.closedAt() == null).map(incident -> {
                var closed = new Incident(
                        incident.number(), alert, incident.title(), incident.severity(), incident.openedAt(), at);
                incidents.set((int) incident.number() - 1, closed);
                return closed;
            });
        }

        @Override
        public synchronized Optional<Incident> of(AlertId alert) {
            return incidents.stream()
                    .filter(incident -> incident.alert().equals(alert))
                    .findFirst();
        }

        @Override
        public synchronized List<Incident> latest(int limit) {
            return incidents.reversed().stream().limit(limit).toList();
        }
    }
}
