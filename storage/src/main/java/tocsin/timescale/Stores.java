package tocsin.timescale;

import java.time.InstantSource;
import java.util.function.BiPredicate;
import org.springframework.transaction.support.TransactionTemplate;
import tocsin.access.AccessStore;
import tocsin.access.AuditLog;
import tocsin.alert.AlertStore;
import tocsin.incident.IncidentStore;
import tocsin.notify.ChannelStore;
import tocsin.notify.Outbox;
import tocsin.rule.RuleStore;

/** The stores of one database. Each call joins the running transaction of {@link Database#transactionManager}. */
public record Stores(
        AlertStore alerts,
        RuleStore rules,
        ChannelStore channels,
        Outbox outbox,
        IncidentStore incidents,
        AccessStore access,
        AuditLog audit) {

    /**
     * All stores.
     *
     * @param secretSetting whether a channel's setting is secret, by the channel's type and the setting's name
     * @param node this server's name, the same after a restart
     */
    public static Stores of(
            Database database,
            SecretBox secrets,
            BiPredicate<String, String> secretSetting,
            InstantSource clock,
            String node) {
        var dataSource = database.dataSource();
        var transaction = new TransactionTemplate(database.transactionManager());
        var entities = database.entityManagerFactory();
        var audit = new TimescaleAuditLog(dataSource, clock);
        return new Stores(
                new TimescaleAlertStore(dataSource, database.transactionManager(), clock),
                new TimescaleRuleStore(dataSource, transaction, audit, clock),
                new JpaChannelStore(entities, transaction, audit, secrets, secretSetting),
                new TimescaleOutbox(dataSource, transaction, clock, node),
                new TimescaleIncidentStore(dataSource, transaction),
                new JpaAccessStore(entities, transaction, audit),
                audit);
    }
}
