package tocsin.timescale;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;
import tocsin.alert.AlertId;
import tocsin.incident.Incident;
import tocsin.incident.IncidentStore;
import tocsin.rule.Severity;

final class TimescaleIncidentStore implements IncidentStore {
    /** Looks before it inserts, because a refused insert would leave a gap in the numbers. */
    private static final String OPEN = """
            INSERT INTO incident (alert_id, title, severity, opened_at)
            SELECT :alert, :title, :severity::severity, :at
            WHERE NOT EXISTS (SELECT FROM incident WHERE alert_id = :alert)
            ON CONFLICT (alert_id) DO NOTHING
            """;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    TimescaleIncidentStore(DataSource dataSource, TransactionTemplate transaction) {
        jdbc = JdbcClient.create(dataSource);
        this.transaction = transaction;
    }

    @Override
    public Incident open(AlertId alert, String title, Severity severity, Instant at) {
        return Transactions.execute(transaction, () -> {
            jdbc.sql(OPEN)
                    .param("alert", alert.value())
                    .param("title", Columns.text(title))
                    .param("severity", severity.label())
                    .param("at", Columns.time(at))
                    .update();
            return of(alert).orElseThrow();
        });
    }

    @Override
    public Optional<Incident> close(AlertId alert, Instant at) {
        return jdbc.sql("""
                        UPDATE incident SET closed_at = greatest(opened_at, ?)
                        WHERE alert_id = ? AND closed_at IS NULL RETURNING *
                        """)
                .params(Columns.time(at), alert.value())
                .query(TimescaleIncidentStore::toIncident)
                .optional();
    }

    @Override
    public Optional<Incident> of(AlertId alert) {
        return jdbc.sql("SELECT * FROM incident WHERE alert_id = ?")
                .param(alert.value())
                .query(TimescaleIncidentStore::toIncident)
                .optional();
    }

    @Override
    public List<Incident> latest(int limit) {
        return jdbc.sql("SELECT * FROM incident ORDER BY number DESC LIMIT ?")
                .param(limit)
                .query(TimescaleIncidentStore::toIncident)
                .list();
    }

    private static Incident toIncident(ResultSet row, int number) throws SQLException {
        return new Incident(
                row.getLong("number"),
                new AlertId(row.getString("alert_id")),
                row.getString("title"),
                Severity.parse(row.getString("severity")),
                Columns.instant(row, "opened_at"),
                Columns.optionalInstant(row, "closed_at"));
    }
}
