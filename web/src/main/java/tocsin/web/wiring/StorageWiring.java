package tocsin.web.wiring;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tocsin.access.AccessStore;
import tocsin.access.AuditLog;
import tocsin.alert.AlertStore;
import tocsin.engine.log.SegmentFileLog;
import tocsin.engine.log.SegmentFileLogSettings;
import tocsin.engine.pipeline.DetectionPipeline;
import tocsin.incident.IncidentStore;
import tocsin.notify.ChannelStore;
import tocsin.notify.Notifier;
import tocsin.notify.Outbox;
import tocsin.rule.RuleStore;
import tocsin.signal.LogPosition;
import tocsin.signal.SampleHistory;
import tocsin.signal.SignalLog;
import tocsin.timescale.Database;
import tocsin.timescale.DatabaseSettings;
import tocsin.timescale.SampleStorage;
import tocsin.timescale.SecretBox;
import tocsin.timescale.StorageSettings;
import tocsin.timescale.Stores;
import tocsin.timescale.embedded.EmbeddedPostgres;

/** The log, the database and everything that is kept in it. */
@Configuration(proxyBeanMethods = false)
class StorageWiring {
    private static final Logger log = LoggerFactory.getLogger(StorageWiring.class);

    @Bean
    InstantSource clock() {
        return InstantSource.system();
    }

    @Bean
    @ConditionalOnExpression("'${tocsin.database.url:}'.isBlank()")
    EmbeddedPostgres embeddedPostgres(TocsinProperties settings) {
        return EmbeddedPostgres.start(settings.data().resolve("postgres"));
    }

    @Bean
    Database database(TocsinProperties settings, ObjectProvider<EmbeddedPostgres> embedded, MeterRegistry meters) {
        return Database.open(databaseSettings(settings.database(), embedded.getIfAvailable()), meters);
    }

    private static DatabaseSettings databaseSettings(
            TocsinProperties.Database configured, @Nullable EmbeddedPostgres embedded) {
        return embedded == null
                ? DatabaseSettings.of(configured.url(), configured.user(), configured.password())
                : DatabaseSettings.of(embedded.url(), embedded.user(), embedded.password());
    }

    @Bean
    Stores stores(Database database, TocsinProperties settings, List<Notifier> notifiers, InstantSource clock) {
        var secrets = SecretBox.open(settings.secretKey(), settings.data());
        return Stores.of(
                database, secrets, (type, setting) -> isSecret(notifiers, type, setting), clock, settings.node());
    }

    private static boolean isSecret(List<Notifier> notifiers, String type, String setting) {
        return notifiers.stream()
                .filter(notifier -> notifier.type().equals(type))
                .flatMap(notifier -> notifier.settings().stream())
                .anyMatch(known -> known.name().equals(setting) && known.secret());
    }

    @Bean
    AlertStore alertStore(Stores stores) {
        return stores.alerts();
    }

    @Bean
    RuleStore ruleStore(Stores stores) {
        return stores.rules();
    }

    @Bean
    ChannelStore channelStore(Stores stores) {
        return stores.channels();
    }

    @Bean
    Outbox outbox(Stores stores) {
        return stores.outbox();
    }

    @Bean
    IncidentStore incidentStore(Stores stores) {
        return stores.incidents();
    }

    @Bean
    AccessStore accessStore(Stores stores, TocsinProperties settings, InstantSource clock) {
        return new RememberingAccessStore(stores.access(), settings.token(), clock);
    }

    @Bean
    AuditLog auditLog(Stores stores) {
        return stores.audit();
    }

    /** Opened after the database, whose position tells which positions were given out, should the log have been lost. */
    @Bean
    SignalLog signalLog(TocsinProperties settings, AlertStore alerts, InstantSource clock, MeterRegistry meters) {
        log.info("Data lies in {}", settings.data().toAbsolutePath().normalize());
        var defaults = SegmentFileLogSettings.in(settings.data().resolve("log"));
        var signals = SegmentFileLog.open(
                new SegmentFileLogSettings(
                        defaults.directory(),
                        defaults.segmentBytes(),
                        settings.log().syncInterval(),
                        settings.log().maxAge(),
                        settings.log().maxSize().toBytes(),
                        defaults.queueBytes(),
                        defaults.queueBatches()),
                clock,
                meters,
                alerts.evaluatedUpTo());
        for (String consumer : List.of(SampleStorage.CONSUMER, DetectionPipeline.CONSUMER)) {
            if (signals.committed(consumer).isEmpty()) {
                signals.commit(consumer, LogPosition.START); // from now on retention keeps what it needs
            }
        }
        return signals;
    }

    @Bean(initMethod = "start")
    SampleStorage sampleStorage(
            Database database,
            SignalLog signals,
            TocsinProperties settings,
            InstantSource clock,
            MeterRegistry meters) {
        var defaults = StorageSettings.DEFAULT;
        var storage = settings.storage();
        return new SampleStorage(
                database,
                signals,
                new StorageSettings(
                        storage.flushEvery(),
                        defaults.maxBufferedSamples(),
                        defaults.probeEvery(),
                        storage.rawRetention(),
                        storage.hourlyRetention(),
                        storage.dailyRetention(),
                        defaults.mostAhead(),
                        defaults.settleAfter(),
                        defaults.jobsEvery()),
                clock,
                meters);
    }

    @Bean
    SampleHistory sampleHistory(SampleStorage storage) {
        return storage.history();
    }
}
