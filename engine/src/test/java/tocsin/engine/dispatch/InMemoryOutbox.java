package tocsin.engine.dispatch;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import tocsin.alert.AlertId;
import tocsin.notify.Message;
import tocsin.notify.Outbox;

/** An outbox in memory, whose database can be taken away. */
final class InMemoryOutbox implements Outbox {
    private final InstantSource clock;
    private final Map<String, Row> rows = new LinkedHashMap<>();
    private final List<Runnable> listeners = new ArrayList<>();
    private boolean away;
    private int calls;

    InMemoryOutbox(InstantSource clock) {
        this.clock = clock;
    }

    private static final class Row {
        final long id;
        final Message message;
        final List<Attempt> attempts = new ArrayList<>();
        Instant due;
        int given;
        boolean leased;

        @Nullable Outcome outcome;

        @Nullable String providerId;

        Row(long id, Message message, Instant due) {
            this.id = id;
            this.message = message;
            this.due = due;
        }

        boolean isAbout(Row other) {
            return message.alert() != null
                    && message.alert().equals(other.message.alert())
                    && message.channel().equals(other.message.channel());
        }
    }

    synchronized void away(boolean isAway) {
        away = isAway;
        notifyAll();
    }

    synchronized int calls() {
        return calls;
    }

    private void call() {
        calls++;
        notifyAll();
        if (away) {
            throw new IllegalStateException("the database is away");
        }
    }

    @Override
    public void enqueue(Message message) {
        enqueue(List.of(message));
    }

    /** As in one transaction: whoever listens is told once. */
    void enqueue(List<Message> messages) {
        synchronized (this) {
            for (var message : messages) {
                rows.putIfAbsent(message.key(), new Row(rows.size() + 1L, message, clock.instant()));
            }
        }
        listeners.forEach(Runnable::run);
    }

    @Override
    public List<Claimed> claim(int limit, Duration lease) {
        return claim(limit, lease, Set.of());
    }

    @Override
    public synchronized List<Claimed> claim(int limit, Duration lease, Set<String> exceptChannels) {
        call();
        var claimed = new ArrayList<Claimed>();
        var seen = new ArrayList<Row>();
        for (var row : rows.values()) {
            if (row.outcome != null) {
                continue;
            }
            boolean due = !row.due.isAfter(clock.instant()) && !exceptChannels.contains(row.message.channel());
            if (due && claimed.size() < limit && seen.stream().noneMatch(row::isAbout)) {
                claimed.add(give(row, lease));
            }
            seen.add(row);
        }
        return claimed;
    }

    private Claimed give(Row row, Duration lease) {
        boolean uncertain = row.leased;
        row.leased = true;
        row.due = clock.instant().plus(lease);
        row.given++;
        return new Claimed(row.id, row.message, row.given, earlier(row), uncertain);
    }

    private @Nullable String earlier(Row row) {
        return rows.values().stream()
                .filter(other -> other.outcome == Outcome.DELIVERED && other.isAbout(row))
                .map(other -> other.providerId)
                .findFirst()
                .orElse(null);
    }

    @Override
    public synchronized void finish(Claimed message, Outcome outcome, String providerId, String detail) {
        call();
        var row = row(message);
        row.outcome = outcome;
        row.providerId = providerId;
        row.attempts.add(new Attempt(message.attempt(), clock.instant(), detail));
    }

    @Override
    public synchronized void retry(Claimed message, Instant at, String detail) {
        call();
        var row = row(message);
        row.due = at;
        row.leased = false;
        row.attempts.add(new Attempt(message.attempt(), clock.instant(), detail));
    }

    private Row row(Claimed message) {
        var row = rows.get(message.message().key());
        if (row == null || row.outcome != null) {
            throw new AssertionError("message " + message.id() + " is not on its way");
        }
        return row;
    }

    synchronized Entry entry(String key) {
        return entry(rows.get(key));
    }

    synchronized Instant due(String key) {
        return rows.get(key).due;
    }

    private static Entry entry(Row row) {
        return new Entry(row.id, row.message, row.outcome, row.providerId, List.copyOf(row.attempts));
    }

    @Override
    public synchronized List<Entry> of(AlertId alert) {
        return rows.values().stream()
                .filter(row -> alert.equals(row.message.alert()))
                .map(InMemoryOutbox::entry)
                .toList();
    }

    @Override
    public synchronized List<Entry> latest(int limit) {
        return rows.values().stream().map(InMemoryOutbox::entry).toList().reversed().stream()
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized long waiting() {
        call();
        return rows.values().stream().filter(row -> row.outcome == null).count();
    }

    @Override
    public void onEnqueued(Runnable listener) {
        listeners.add(listener);
    }

    synchronized Set<Outcome> outcomes() {
        var outcomes = new HashSet<Outcome>();
        rows.values().stream().filter(row -> row.outcome != null).forEach(row -> outcomes.add(row.outcome));
        return outcomes;
    }

    /** Wait until this holds; it is asked again after each call of the dispatcher. */
    synchronized void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("waited too long until " + what);
            }
            try {
                wait(Math.min(left, 20));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
