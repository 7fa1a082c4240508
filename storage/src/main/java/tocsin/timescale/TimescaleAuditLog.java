package tocsin.timescale;

import java.time.InstantSource;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import tocsin.access.AuditLog;

final class TimescaleAuditLog implements AuditLog {
    private final JdbcClient jdbc;
    private final InstantSource clock;

    TimescaleAuditLog(DataSource dataSource, InstantSource clock) {
        jdbc = JdbcClient.create(dataSource);
        this.clock = clock;
    }

    @Override
    public void record(String actor, String action, String subject, String detail) {
        jdbc.sql("INSERT INTO audit (at, actor, action, subject, detail) VALUES (?, ?, ?, ?, ?)")
                .params(
                        Columns.time(clock.instant()),
                        Columns.text(actor),
                        action,
                        Columns.text(subject),
                        Columns.text(detail))
                .update();
    }

    @Override
    public List<Entry> latest(int limit) {
        return jdbc.sql("SELECT * FROM audit ORDER BY id DESC LIMIT ?")
                .param(limit)
                .query((row, number) -> new Entry(
                        row.getLong("id"),
                        Columns.instant(row, "at"),
                        row.getString("actor"),
                        row.getString("action"),
                        row.getString("subject"),
                        row.getString("detail")))
                .list();
    }
}
