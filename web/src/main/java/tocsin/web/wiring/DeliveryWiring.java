package tocsin.web.wiring;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tocsin.alert.AlertStore;
import tocsin.engine.dispatch.Dispatcher;
import tocsin.engine.dispatch.DispatcherSettings;
import tocsin.flowable.FlowableWorkflows;
import tocsin.flowable.WorkflowSettings;
import tocsin.incident.IncidentStore;
import tocsin.notifiers.NotifierSettings;
import tocsin.notifiers.Notifiers;
import tocsin.notify.Channel;
import tocsin.notify.ChannelStore;
import tocsin.notify.Message;
import tocsin.notify.Notifier;
import tocsin.notify.Outbox;
import tocsin.rule.Severity;
import tocsin.timescale.Database;
import tocsin.workflow.EscalationSettings;
import tocsin.workflow.Workflows;

/** From alerts to people: processes, outbox, notifiers. */
@Configuration(proxyBeanMethods = false)
class DeliveryWiring {
    private static final Logger log = LoggerFactory.getLogger(DeliveryWiring.class);

    @Bean
    List<Notifier> notifiers() {
        return Notifiers.all(NotifierSettings.defaults());
    }

    @Bean
    EscalationSettings escalationSettings(TocsinProperties settings) {
        var escalation = settings.escalation();
        return new EscalationSettings(
                Map.of(
                        Severity.CRITICAL, escalation.critical(),
                        Severity.HIGH, escalation.high(),
                        Severity.MEDIUM, escalation.medium()),
                escalation.repeats());
    }

    @Bean
    FlowableWorkflows workflows(
            Database database,
            ChannelStore channels,
            Outbox outbox,
            AlertStore alerts,
            IncidentStore incidents,
            EscalationSettings escalation,
            TocsinProperties settings,
            InstantSource clock,
            MeterRegistry meters) {
        return new FlowableWorkflows(
                database.dataSource(),
                database.transactionManager(),
                channels,
                outbox,
                alerts,
                incidents,
                escalation,
                workflowSettings(settings),
                clock,
                meters);
    }

    private static WorkflowSettings workflowSettings(TocsinProperties settings) {
        var defaults = WorkflowSettings.defaults(settings.baseUrl());
        return new WorkflowSettings(
                defaults.baseUrl(),
                settings.node(),
                defaults.healing(),
                defaults.timerWait(),
                defaults.threads(),
                defaults.overdueAfter(),
                defaults.keepHistory());
    }

    @Bean(initMethod = "start")
    Dispatcher dispatcher(
            Outbox outbox,
            ChannelStore channels,
            AlertStore alerts,
            List<Notifier> notifiers,
            Workflows workflows,
            MeterRegistry meters,
            InstantSource clock) {
        return new Dispatcher(
                outbox,
                channels,
                alerts,
                notifiers,
                DispatcherSettings.defaults(),
                meters,
                clock,
                (sent, outcome, detail) -> {
                    if (sent.message().kind() == Message.Kind.HEAL) {
                        workflows.callEnded(sent.message().key(), outcome == Outbox.Outcome.DELIVERED, detail);
                    }
                });
    }

    /** A newcomer's first page goes to the console: with no channel at all, nobody would hear of anything. */
    @Bean
    ApplicationRunner firstChannel(ChannelStore channels) {
        return arguments -> {
            if (channels.all().isEmpty()) {
                channels.save(new Channel("console", "console", Map.of(), 1, Severity.LOW, true), "start-up");
                log.info("Messages go to this console until there is another channel");
            }
        };
    }
}
