package tocsin.web.wiring;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tocsin.alert.AlertDesk;
import tocsin.alert.AlertStore;
import tocsin.drools.DroolsRuleEngine;
import tocsin.engine.handover.HandOver;
import tocsin.engine.pipeline.DetectionPipeline;
import tocsin.engine.pipeline.DetectionSettings;
import tocsin.rule.RuleEngine;
import tocsin.rule.RuleStore;
import tocsin.rule.SeriesCatalog;
import tocsin.signal.SampleHistory;
import tocsin.signal.SignalLog;
import tocsin.workflow.Workflows;

/** From the log to alerts, and from alerts to the workflow. */
@Configuration(proxyBeanMethods = false)
class DetectionWiring {
    @Bean
    RuleEngine ruleEngine() {
        return new DroolsRuleEngine();
    }

    @Bean(initMethod = "start")
    DetectionPipeline detection(
            SignalLog signals,
            RuleEngine engine,
            RuleStore rules,
            AlertStore alerts,
            SampleHistory history,
            InstantSource clock,
            MeterRegistry meters) {
        BundledRules.importInto(rules);
        return new DetectionPipeline(signals, engine, rules, alerts, history, clock, meters, DetectionSettings.DEFAULT);
    }

    /** What the pipeline sees, for pages that ask for no more than that. */
    @Bean
    SeriesCatalog seriesCatalog(DetectionPipeline detection) {
        return detection.catalog();
    }

    @Bean(initMethod = "start")
    HandOver handOver(AlertStore alerts, Workflows workflows, AlertDesk desk, MeterRegistry meters) {
        var handOver = new HandOver(alerts, workflows::accept, meters);
        desk.onStored(transition -> handOver.wake());
        return handOver;
    }
}
