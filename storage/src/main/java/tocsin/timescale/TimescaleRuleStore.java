package tocsin.timescale;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;
import tocsin.access.AuditLog;
import tocsin.rule.RuleId;
import tocsin.rule.RuleStore;
import tocsin.rule.StoredRule;

/** Every change locks its rule's row first, so that versions are numbered without gaps and one at most is live. */
final class TimescaleRuleStore implements RuleStore {
    private static final String INSERT = """
            INSERT INTO rule_version (rule_id, version, form, state, source, author, reason, created_at)
            VALUES (:rule, :version, :form, 'DRAFT', :source, :author, :reason, :at)
            RETURNING *
            """;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final AuditLog audit;
    private final InstantSource clock;

    TimescaleRuleStore(DataSource dataSource, TransactionTemplate transaction, AuditLog audit, InstantSource clock) {
        jdbc = JdbcClient.create(dataSource);
        this.transaction = transaction;
        this.audit = audit;
        this.clock = clock;
    }

    @Override
    public StoredRule save(RuleId id, StoredRule.Form form, String source, String author, String reason) {
        String text = Columns.text(source);
        return Transactions.execute(transaction, () -> {
            jdbc.sql("INSERT INTO rule (id) VALUES (?) ON CONFLICT (id) DO NOTHING")
                    .param(id.value())
                    .update();
            lock(id);
            Optional<StoredRule> newest = versions(id).stream().findFirst();
            if (newest.isPresent()
                    && newest.get().form() == form
                    && newest.get().source().equals(text)) {
                return newest.get();
            }
            int version = newest.map(StoredRule::version).orElse(0) + 1;
            StoredRule saved = jdbc.sql(INSERT)
                    .param("rule", id.value())
                    .param("version", version)
                    .param("form", form.name())
                    .param("source", text)
                    .param("author", Columns.text(author))
                    .param("reason", Columns.text(reason))
                    .param("at", Columns.time(clock.instant()))
                    .query(TimescaleRuleStore::toRule)
                    .single();
            audit.record(
                    author, "rule.save", id.value(), "version " + version + (reason.isEmpty() ? "" : ": " + reason));
            return saved;
        });
    }

    @Override
    public StoredRule publish(RuleId id, int version, String author) {
        return Transactions.execute(transaction, () -> {
            lock(id);
            StoredRule wanted = find(id, version)
                    .orElseThrow(() -> new NoSuchElementException("rule " + id + " has no version " + version));
            if (wanted.state() == StoredRule.State.LIVE) {
                return wanted;
            }
            retire(id);
            jdbc.sql("UPDATE rule_version SET state = 'LIVE' WHERE rule_id = ? AND version = ?")
                    .params(id.value(), version)
                    .update();
            audit.record(author, "rule.publish", id.value(), "version " + version);
            return find(id, version).orElseThrow();
        });
    }

    @Override
    public boolean withdraw(RuleId id, String author) {
        return Transactions.execute(transaction, () -> {
            lock(id);
            boolean wasLive = retire(id);
            if (wasLive) {
                audit.record(author, "rule.withdraw", id.value(), "");
            }
            return wasLive;
        });
    }

    @Override
    public List<StoredRule> live() {
        return jdbc.sql("SELECT * FROM rule_version WHERE state = 'LIVE' ORDER BY rule_id COLLATE \"C\"")
                .query(TimescaleRuleStore::toRule)
                .list();
    }

    @Override
    public List<StoredRule> newest() {
        return jdbc.sql("""
                        SELECT DISTINCT ON (rule_id COLLATE "C") * FROM rule_version
                        ORDER BY rule_id COLLATE "C", version DESC
                        """).query(TimescaleRuleStore::toRule).list();
    }

    @Override
    public List<StoredRule> versions(RuleId id) {
        return jdbc.sql("SELECT * FROM rule_version WHERE rule_id = ? ORDER BY version DESC")
                .param(id.value())
                .query(TimescaleRuleStore::toRule)
                .list();
    }

    @Override
    public Optional<StoredRule> find(RuleId id, int version) {
        return jdbc.sql("SELECT * FROM rule_version WHERE rule_id = ? AND version = ?")
                .params(id.value(), version)
                .query(TimescaleRuleStore::toRule)
                .optional();
    }

    private void lock(RuleId id) {
        jdbc.sql("SELECT id FROM rule WHERE id = ? FOR UPDATE")
                .param(id.value())
                .query(String.class)
                .optional();
    }

    private boolean retire(RuleId id) {
        return jdbc.sql("UPDATE rule_version SET state = 'RETIRED' WHERE rule_id = ? AND state = 'LIVE'")
                        .param(id.value())
                        .update()
                > 0;
    }

    private static StoredRule toRule(ResultSet row, int number) throws SQLException {
        return new StoredRule(
                new RuleId(row.getString("rule_id")),
                row.getInt("version"),
                StoredRule.Form.valueOf(row.getString("form")),
                StoredRule.State.valueOf(row.getString("state")),
                row.getString("source"),
                row.getString("author"),
                row.getString("reason"),
                Columns.instant(row, "created_at"));
    }
}
