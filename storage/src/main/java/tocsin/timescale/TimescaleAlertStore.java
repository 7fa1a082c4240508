package tocsin.timescale;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import tocsin.alert.Alert;
import tocsin.alert.AlertId;
import tocsin.alert.AlertQuery;
import tocsin.alert.AlertStore;
import tocsin.alert.Status;
import tocsin.alert.Transition;
import tocsin.label.Fingerprint;
import tocsin.rule.RuleId;
import tocsin.rule.Severity;
import tocsin.signal.LogPosition;

final class TimescaleAlertStore implements AlertStore {
    private static final Logger LOG = LoggerFactory.getLogger(TimescaleAlertStore.class);
    private static final String CONSUMER = "alerts";
    private static final Set<Status> TOLD = Set.of(Status.FIRING, Status.ACKNOWLEDGED);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    /** The newest revision wins, so an older one that comes again changes nothing. */
    private static final String PUT_ALERT = """
            INSERT INTO alert AS a (id, fingerprint, rule, rule_version, labels, severity, status, revision, started_at,
                fired_at, changed_at, acknowledged_by, summary, runbook, heal, evidence)
            VALUES (:id, :fingerprint, :rule, :ruleVersion, :labels::jsonb, :severity::severity, :status::alert_status,
                :revision, :startedAt, :firedAt, :changedAt, :acknowledgedBy, :summary, :runbook, :heal, :evidence::jsonb)
            ON CONFLICT (id) DO UPDATE SET
                rule_version = EXCLUDED.rule_version, severity = EXCLUDED.severity, status = EXCLUDED.status,
                revision = EXCLUDED.revision, fired_at = EXCLUDED.fired_at, changed_at = EXCLUDED.changed_at,
                acknowledged_by = EXCLUDED.acknowledged_by, summary = EXCLUDED.summary, runbook = EXCLUDED.runbook,
                heal = EXCLUDED.heal, evidence = EXCLUDED.evidence
            WHERE a.revision < EXCLUDED.revision
            """;

    private static final String ADD_STEP = """
            WITH step AS (
                INSERT INTO alert_transition (alert_id, revision, from_status, status, at, actor, reason, rule_version,
                    severity, fired_at, changed_at, acknowledged_by, summary, runbook, heal, evidence)
                VALUES (:id, :revision, :from::alert_status, :status::alert_status, :at, :actor, :reason, :ruleVersion,
                    :severity::severity, :firedAt, :changedAt, :acknowledgedBy, :summary, :runbook, :heal,
                    :evidence::jsonb)
                ON CONFLICT (alert_id, revision) DO NOTHING
                RETURNING alert_id, revision)
            INSERT INTO handover (alert_id, revision, due_at)
            SELECT alert_id, revision, :now FROM step WHERE :told
            """;

    private static final String PUT_POSITION = """
            INSERT INTO log_position (consumer, position) VALUES (?, ?)
            ON CONFLICT (consumer) DO UPDATE SET position = EXCLUDED.position
            """;

    private static final String STEPS = """
            SELECT t.alert_id AS id, a.fingerprint, a.rule, a.labels, a.started_at, t.rule_version, t.severity, t.status,
                t.revision, t.fired_at, t.changed_at, t.acknowledged_by, t.summary, t.runbook, t.heal, t.evidence,
                t.from_status, t.at, t.actor, t.reason
            FROM alert_transition t JOIN alert a ON a.id = t.alert_id
            """;

    /** The first waiting step of an alert, if nobody else is handing it over. */
    private static final String NEXT_HANDOVER = """
            SELECT h.id, h.alert_id, h.revision, h.failures FROM handover h
            WHERE h.due_at <= :now AND NOT EXISTS (
                SELECT FROM handover earlier WHERE earlier.alert_id = h.alert_id AND earlier.revision < h.revision)
            ORDER BY h.id LIMIT 1 FOR UPDATE SKIP LOCKED
            """;

    private static final String POSTPONE = """
            UPDATE handover SET failures = failures + 1, due_at = :due, last_failure = :failure WHERE id = :id
            """;

    private final JdbcClient jdbc;
    private final NamedParameterJdbcTemplate batches;
    private final TransactionTemplate transaction;
    private final TransactionTemplate ownTransaction;
    private final InstantSource clock;

    TimescaleAlertStore(DataSource dataSource, PlatformTransactionManager transactions, InstantSource clock) {
        batches = new NamedParameterJdbcTemplate(dataSource);
        jdbc = JdbcClient.create(batches);
        transaction = new TransactionTemplate(transactions);
        ownTransaction = new TransactionTemplate(transactions);
        ownTransaction.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        this.clock = clock;
    }

    @Override
    public void store(List<Transition> transitions, LogPosition evaluatedUpTo) {
        transaction.executeWithoutResult(status -> {
            if (!transitions.isEmpty()) {
                batches.batchUpdate(PUT_ALERT, newest(transitions));
                batches.batchUpdate(ADD_STEP, steps(transitions));
            }
            jdbc.sql(PUT_POSITION).params(CONSUMER, evaluatedUpTo.value()).update();
        });
    }

    @Override
    public LogPosition evaluatedUpTo() {
        return jdbc.sql("SELECT position FROM log_position WHERE consumer = ?")
                .param(CONSUMER)
                .query((row, number) -> new LogPosition(row.getLong("position")))
                .optional()
                .orElse(LogPosition.START);
    }

    @Override
    public List<Alert> open() {
        return jdbc.sql("SELECT * FROM alert WHERE status <> 'resolved' ORDER BY started_at, id")
                .query(TimescaleAlertStore::toAlert)
                .list();
    }

    @Override
    public List<Alert> find(AlertQuery query) {
        RuleId rule = query.rule();
        return jdbc.sql("""
                        SELECT * FROM alert
                        WHERE status = ANY(:statuses::alert_status[]) AND severity >= :atLeast::severity
                            AND (:rule::text IS NULL OR rule = :rule::text)
                        ORDER BY severity DESC, changed_at DESC, id LIMIT :limit
                        """)
                .param("statuses", query.statuses().stream().map(Status::label).toArray(String[]::new))
                .param("atLeast", query.atLeast().label())
                .param("rule", rule == null ? null : rule.value())
                .param("limit", query.limit())
                .query(TimescaleAlertStore::toAlert)
                .list();
    }

    @Override
    public Optional<Alert> find(AlertId id) {
        return jdbc.sql("SELECT * FROM alert WHERE id = ?")
                .param(id.value())
                .query(TimescaleAlertStore::toAlert)
                .optional();
    }

    @Override
    public List<Transition> transitions(AlertId id) {
        return jdbc.sql(STEPS + " WHERE t.alert_id = ? ORDER BY t.revision")
                .param(id.value())
                .query(TimescaleAlertStore::toTransition)
                .list();
    }

    @Override
    public int handOver(int limit, Consumer<Transition> handler) {
        int handedOver = 0;
        for (int i = 0; i < limit; i++) {
            var attempt = new Attempt(handler);
            try {
                if (!Transactions.execute(ownTransaction, attempt::run)) {
                    return handedOver;
                }
                handedOver++;
            } catch (RuntimeException | Error e) {
                if (attempt.handover == null) {
                    throw e; // the database itself failed, no step did
                }
                postpone(attempt.handover, e);
            }
        }
        return handedOver;
    }

    /** One hand-over; remembers what it took, for when its transaction fails. */
    private final class Attempt {
        private final Consumer<Transition> handler;
        private @Nullable Handover handover;

        Attempt(Consumer<Transition> handler) {
            this.handler = handler;
        }

        boolean run() {
            Optional<Handover> next = jdbc.sql(NEXT_HANDOVER)
                    .param("now", Columns.time(clock.instant()))
                    .query(Handover::of)
                    .optional();
            if (next.isEmpty()) {
                return false;
            }
            handover = next.get();
            handler.accept(step(next.get()));
            jdbc.sql("DELETE FROM handover WHERE id = ?").param(next.get().id()).update();
            return true;
        }
    }

    private Transition step(Handover handover) {
        return jdbc.sql(STEPS + " WHERE t.alert_id = ? AND t.revision = ?")
                .params(handover.alert(), handover.revision())
                .query(TimescaleAlertStore::toTransition)
                .single();
    }

    private void postpone(Handover handover, Throwable failure) {
        long factor = 1L << Math.min(handover.failures(), 10);
        Duration pause = FIRST_PAUSE.multipliedBy(factor);
        Duration bounded = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
        ownTransaction.executeWithoutResult(status -> jdbc.sql(POSTPONE)
                .param("due", Columns.time(clock.instant().plus(bounded)))
                .param("failure", Columns.text(failure.toString()))
                .param("id", handover.id())
                .update());
        LOG.error(
                "step {} of alert {} was not taken, again in {} ms",
                handover.revision(),
                handover.alert(),
                bounded.toMillis(),
                failure);
    }

    private record Handover(long id, String alert, int revision, int failures) {
        static Handover of(ResultSet row, int number) throws SQLException {
            return new Handover(
                    row.getLong("id"), row.getString("alert_id"), row.getInt("revision"), row.getInt("failures"));
        }
    }

    /** The latest state of each alert, in the order of ids, so that two stores at once cannot deadlock. */
    private static MapSqlParameterSource[] newest(List<Transition> transitions) {
        var newest = new TreeMap<String, Alert>();
        for (Transition transition : transitions) {
            Alert alert = transition.alert();
            newest.merge(alert.id().value(), alert, (one, other) -> one.revision() > other.revision() ? one : other);
        }
        return newest.values().stream().map(TimescaleAlertStore::parameters).toArray(MapSqlParameterSource[]::new);
    }

    private MapSqlParameterSource[] steps(List<Transition> transitions) {
        var now = Columns.time(clock.instant());
        var steps = new ArrayList<MapSqlParameterSource>(transitions.size());
        for (Transition transition : transitions) {
            Status from = transition.from();
            boolean told = TOLD.contains(transition.to()) || (from != null && TOLD.contains(from));
            steps.add(parameters(transition.alert())
                    .addValue("from", from == null ? null : from.label())
                    .addValue("at", Columns.time(transition.at()))
                    .addValue("actor", Columns.text(transition.actor()))
                    .addValue("reason", Columns.text(transition.reason()))
                    .addValue("now", now)
                    .addValue("told", told));
        }
        return steps.toArray(MapSqlParameterSource[]::new);
    }

    private static MapSqlParameterSource parameters(Alert alert) {
        return new MapSqlParameterSource()
                .addValue("id", alert.id().value())
                .addValue("fingerprint", alert.fingerprint().value())
                .addValue("rule", alert.rule().value())
                .addValue("ruleVersion", alert.ruleVersion())
                .addValue("labels", Json.write(alert.labels()))
                .addValue("severity", alert.severity().label())
                .addValue("status", alert.status().label())
                .addValue("revision", alert.revision())
                .addValue("startedAt", Columns.time(alert.startedAt()))
                .addValue("firedAt", Columns.optionalTime(alert.firedAt()))
                .addValue("changedAt", Columns.time(alert.changedAt()))
                .addValue("acknowledgedBy", Columns.optionalText(alert.acknowledgedBy()))
                .addValue("summary", Columns.text(alert.summary()))
                .addValue("runbook", Columns.optionalText(alert.runbook()))
                .addValue("heal", Columns.optionalText(alert.heal()))
                .addValue("evidence", Json.write(alert.evidence()));
    }

    private static Transition toTransition(ResultSet row, int number) throws SQLException {
        String from = row.getString("from_status");
        return new Transition(
                toAlert(row, number),
                from == null ? null : status(from),
                Columns.instant(row, "at"),
                row.getString("actor"),
                row.getString("reason"));
    }

    private static Alert toAlert(ResultSet row, int number) throws SQLException {
        return new Alert(
                new AlertId(row.getString("id")),
                new Fingerprint(row.getLong("fingerprint")),
                new RuleId(row.getString("rule")),
                row.getInt("rule_version"),
                Json.readLabels(row.getString("labels")),
                Severity.parse(row.getString("severity")),
                status(row.getString("status")),
                row.getInt("revision"),
                Columns.instant(row, "started_at"),
                Columns.optionalInstant(row, "fired_at"),
                Columns.instant(row, "changed_at"),
                row.getString("acknowledged_by"),
                row.getString("summary"),
                row.getString("runbook"),
                row.getString("heal"),
                Json.readEvidence(row.getString("evidence")));
    }

    private static Status status(String label) {
        for (Status status : Status.values()) {
            if (status.label().equals(label)) {
                return status;
            }
        }
        throw new IllegalArgumentException("status \"" + label + "\" is unknown");
    }
}
