package tocsin.timescale;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;
import tocsin.alert.AlertId;
import tocsin.notify.Message;
import tocsin.notify.Outbox;

final class TimescaleOutbox implements Outbox {
    private static final Logger LOG = LoggerFactory.getLogger(TimescaleOutbox.class);

    private static final String ENQUEUE = """
            INSERT INTO outbox (key, channel, alert_id, kind, title, body, facts, link, reason, created_at, due_at)
            VALUES (:key, :channel, :alert, :kind, :title, :body, :facts::json, :link, :reason, :createdAt, :now)
            ON CONFLICT (key) DO NOTHING
            """;

    /** The lease is the time at which the message is due again. */
    private static final String CLAIM = """
            UPDATE outbox AS claimed SET attempt = attempt + 1, due_at = :leaseEnd, taken_by = :node
            WHERE id IN (
                SELECT id FROM outbox AS candidate
                WHERE outcome IS NULL AND due_at <= :now AND channel <> ALL(:exceptChannels::text[]) AND NOT EXISTS (
                    SELECT FROM outbox AS earlier
                    WHERE earlier.alert_id = candidate.alert_id AND earlier.channel = candidate.channel
                        AND earlier.id < candidate.id AND earlier.outcome IS NULL)
                ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED)
            RETURNING claimed.*,
                (SELECT count(*) FROM outbox_attempt WHERE message_id = claimed.id) AS recorded,
                (SELECT first.provider_id FROM outbox AS first
                 WHERE first.alert_id = claimed.alert_id AND first.channel = claimed.channel
                     AND first.id < claimed.id AND first.outcome = 'DELIVERED' AND first.provider_id <> ''
                 ORDER BY first.id LIMIT 1) AS earlier_provider_id
            """;

    /** A lease whose attempt was never recorded ended with the process that held it. */
    private static final String RECOVER = """
            UPDATE outbox SET due_at = :now
            WHERE outcome IS NULL AND due_at > :now AND taken_by = :node
                AND attempt > (SELECT count(*) FROM outbox_attempt WHERE message_id = outbox.id)
            """;

    private static final String ATTEMPT = """
            INSERT INTO outbox_attempt (message_id, number, at, detail) VALUES (?, ?, ?, ?)
            ON CONFLICT (message_id, number) DO NOTHING
            """;

    /**
     * Whoever's lease has run out may not decide any more, unless the message was delivered: it must not go out again.
     */
    private static final String FINISH = """
            UPDATE outbox SET outcome = :outcome, provider_id = :providerId
            WHERE id = :id AND outcome IS NULL AND (attempt = :attempt OR :outcome = 'DELIVERED')
            """;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final InstantSource clock;
    private final String node;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    TimescaleOutbox(DataSource dataSource, TransactionTemplate transaction, InstantSource clock, String node) {
        jdbc = JdbcClient.create(dataSource);
        this.transaction = transaction;
        this.clock = clock;
        this.node = node;
    }

    @Override
    public void enqueue(Message message) {
        AlertId alert = message.alert();
        int added = jdbc.sql(ENQUEUE)
                .param("key", Columns.text(message.key()))
                .param("channel", message.channel())
                .param("alert", alert == null ? null : alert.value())
                .param("kind", message.kind().name())
                .param("title", Columns.text(message.title()))
                .param("body", Columns.text(message.body()))
                .param("facts", Json.write(message.facts()))
                .param("link", Columns.text(message.link()))
                .param("reason", Columns.text(message.reason()))
                .param("createdAt", Columns.time(message.createdAt()))
                .param("now", Columns.time(clock.instant()))
                .update();
        if (added > 0) {
            announceAfterCommit();
        }
    }

    @Override
    public int recover() {
        return jdbc.sql(RECOVER)
                .param("now", Columns.time(clock.instant()))
                .param("node", node)
                .update();
    }

    @Override
    public List<Claimed> claim(int limit, Duration lease) {
        return claim(limit, lease, Set.of());
    }

    @Override
    public List<Claimed> claim(int limit, Duration lease, Set<String> exceptChannels) {
        Instant now = clock.instant();
        return jdbc
                .sql(CLAIM)
                .param("now", Columns.time(now))
                .param("leaseEnd", Columns.time(now.plus(lease)))
                .param("node", node)
                .param("limit", limit)
                .param("exceptChannels", exceptChannels.toArray(String[]::new))
                .query(TimescaleOutbox::toClaimed)
                .list()
                .stream()
                .sorted(Comparator.comparingLong(Claimed::id))
                .toList();
    }

    @Override
    public void finish(Claimed message, Outcome outcome, String providerId, String detail) {
        transaction.executeWithoutResult(status -> {
            recordAttempt(message, detail);
            jdbc.sql(FINISH)
                    .param("outcome", outcome.name())
                    .param("providerId", Columns.text(providerId))
                    .param("id", message.id())
                    .param("attempt", message.attempt())
                    .update();
            announceAfterCommit(); // the next message of this alert and channel may go now
        });
    }

    @Override
    public void retry(Claimed message, Instant at, String detail) {
        transaction.executeWithoutResult(status -> {
            recordAttempt(message, detail);
            jdbc.sql("UPDATE outbox SET due_at = ? WHERE id = ? AND attempt = ? AND outcome IS NULL")
                    .params(Columns.time(at), message.id(), message.attempt())
                    .update();
        });
    }

    @Override
    public List<Entry> of(AlertId alert) {
        return records("SELECT * FROM outbox WHERE alert_id = ? ORDER BY id", alert.value());
    }

    @Override
    public List<Entry> latest(int limit) {
        return records("SELECT * FROM outbox ORDER BY id DESC LIMIT ?", limit);
    }

    @Override
    public long waiting() {
        return jdbc.sql("SELECT count(*) FROM outbox WHERE outcome IS NULL")
                .query(Long.class)
                .single();
    }

    @Override
    public void onEnqueued(Runnable listener) {
        listeners.add(listener);
    }

    private void recordAttempt(Claimed message, String detail) {
        jdbc.sql(ATTEMPT)
                .params(message.id(), message.attempt(), Columns.time(clock.instant()), Columns.text(detail))
                .update();
    }

    private void announceAfterCommit() {
        if (!TransactionSynchronizationManager.isActualTransactionActive()
                || !TransactionSynchronizationManager.isSynchronizationActive()) {
            announce();
            return;
        }
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                announce();
            }
        });
    }

    private void announce() {
        for (Runnable listener : listeners) {
            try {
                listener.run();
            } catch (RuntimeException e) {
                LOG.error("a listener of the outbox failed", e); // the message is stored, whatever the listener does
            }
        }
    }

    private List<Entry> records(String query, Object parameter) {
        List<Row> rows = jdbc.sql(query).param(parameter).query(Row::of).list();
        if (rows.isEmpty()) {
            return List.of();
        }
        Map<Long, List<Attempt>> attempts = attempts(rows.stream().map(Row::id).toList());
        return rows.stream()
                .map(row -> new Entry(
                        row.id(),
                        row.message(),
                        row.outcome(),
                        row.providerId(),
                        attempts.getOrDefault(row.id(), List.of())))
                .toList();
    }

    private Map<Long, List<Attempt>> attempts(List<Long> ids) {
        var attempts = new HashMap<Long, List<Attempt>>();
        jdbc.sql("SELECT * FROM outbox_attempt WHERE message_id = ANY(:ids) ORDER BY message_id, number")
                .param("ids", ids.toArray(Long[]::new))
                .query(row -> {
                    attempts.computeIfAbsent(row.getLong("message_id"), id -> new ArrayList<>())
                            .add(new Attempt(
                                    row.getInt("number"), Columns.instant(row, "at"), row.getString("detail")));
                });
        return attempts;
    }

    private static Claimed toClaimed(ResultSet row, int number) throws SQLException {
        int attempt = row.getInt("attempt");
        return new Claimed(
                row.getLong("id"),
                toMessage(row),
                attempt,
                row.getString("earlier_provider_id"),
                row.getLong("recorded") < attempt - 1);
    }

    private static Message toMessage(ResultSet row) throws SQLException {
        String alert = row.getString("alert_id");
        return new Message(
                row.getString("key"),
                row.getString("channel"),
                alert == null ? null : new AlertId(alert),
                Message.Kind.valueOf(row.getString("kind")),
                row.getString("title"),
                row.getString("body"),
                Json.readMap(row.getString("facts")),
                row.getString("link"),
                row.getString("reason"),
                Columns.instant(row, "created_at"));
    }

    private record Row(
            long id,
            Message message,
            @Nullable Outcome outcome,
            @Nullable String providerId) {
        static Row of(ResultSet row, int number) throws SQLException {
            String outcome = row.getString("outcome");
            return new Row(
                    row.getLong("id"),
                    toMessage(row),
                    outcome == null ? null : Outcome.valueOf(outcome),
                    row.getString("provider_id"));
        }
    }
}
