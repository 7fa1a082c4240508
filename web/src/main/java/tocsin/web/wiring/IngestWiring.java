package tocsin.web.wiring;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tocsin.ingest.IngestLimits;
import tocsin.ingest.host.HostMetrics;
import tocsin.ingest.host.HostSettings;
import tocsin.ingest.json.JsonMetricReceiver;
import tocsin.ingest.prometheus.RemoteWriteReceiver;
import tocsin.ingest.scrape.ScrapeSettings;
import tocsin.ingest.scrape.ScrapeTarget;
import tocsin.ingest.scrape.ScrapeTargets;
import tocsin.ingest.self.SelfMetrics;
import tocsin.ingest.self.SelfSettings;
import tocsin.signal.SignalLog;

/** Where signals come from. */
@Configuration(proxyBeanMethods = false)
class IngestWiring {
    @Bean
    RemoteWriteReceiver remoteWrite(SignalLog signals, InstantSource clock, MeterRegistry meters) {
        return new RemoteWriteReceiver(signals, IngestLimits.DEFAULTS, clock, meters);
    }

    @Bean
    JsonMetricReceiver jsonMetrics(SignalLog signals, InstantSource clock, MeterRegistry meters) {
        return new JsonMetricReceiver(signals, IngestLimits.DEFAULTS, clock, meters);
    }

    @Bean(initMethod = "start")
    @ConditionalOnBooleanProperty(name = "tocsin.host.enabled", matchIfMissing = true)
    HostMetrics hostMetrics(SignalLog signals, TocsinProperties settings, InstantSource clock) {
        return new HostMetrics(signals, HostSettings.of(settings.instanceName()), clock);
    }

    @Bean(initMethod = "start")
    @ConditionalOnBooleanProperty(name = "tocsin.self.enabled", matchIfMissing = true)
    SelfMetrics selfMetrics(SignalLog signals, TocsinProperties settings, InstantSource clock, MeterRegistry meters) {
        return new SelfMetrics(meters, signals, SelfSettings.of(settings.instanceName()), clock);
    }

    @Bean(initMethod = "start")
    ScrapeTargets scrapeTargets(
            SignalLog signals, TocsinProperties settings, InstantSource clock, MeterRegistry meters) {
        var targets = settings.scrape().targets().stream()
                .map(target -> new ScrapeTarget(
                        target.job(),
                        target.url(),
                        target.interval(),
                        target.timeout(),
                        target.labels(),
                        target.bearerToken()))
                .toList();
        return new ScrapeTargets(signals, ScrapeSettings.of(targets), IngestLimits.DEFAULTS, clock, meters);
    }
}
