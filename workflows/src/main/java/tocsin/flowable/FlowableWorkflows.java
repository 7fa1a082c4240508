package tocsin.flowable;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.flowable.common.engine.api.FlowableOptimisticLockingException;
import org.flowable.engine.HistoryService;
import org.flowable.engine.ProcessEngine;
import org.flowable.engine.RuntimeService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;
import tocsin.alert.Alert;
import tocsin.alert.AlertId;
import tocsin.alert.AlertStore;
import tocsin.alert.Status;
import tocsin.alert.Transition;
import tocsin.incident.IncidentStore;
import tocsin.notify.Channel;
import tocsin.notify.ChannelStore;
import tocsin.notify.Outbox;
import tocsin.rule.RuleId;
import tocsin.rule.Severity;
import tocsin.step.AlertGuard;
import tocsin.step.Context;
import tocsin.step.EscalationSteps;
import tocsin.step.HealingSteps;
import tocsin.step.IncidentSteps;
import tocsin.step.MessageWriter;
import tocsin.workflow.EscalationSettings;
import tocsin.workflow.Workflows;

/**
 * Runs the BPMN processes under {@code tocsin/workflows} on Flowable. Steps only write, in the transaction that also
 * holds the engine's state. Every run's business key is the id of its alert.
 */
public final class FlowableWorkflows implements Workflows, AutoCloseable {
    static final String ESCALATION = "escalation";
    static final String SELF_HEALING = "self-healing";
    static final String INCIDENT = "incident";
    static final List<String> PROCESSES = List.of(ESCALATION, INCIDENT, SELF_HEALING);

    private static final Logger log = LoggerFactory.getLogger(FlowableWorkflows.class);

    /** The messages that the processes wait for. */
    private static final String ACKNOWLEDGED = "acknowledged";

    private static final String RESOLVED = "resolved";
    private static final String CALL_ENDED = "call-ended";

    /** How often a step is tried when another thread moved the same run meanwhile. */
    private static final int ATTEMPTS = 3;

    /** Longer answers of a channel are cut. */
    private static final int MAX_DETAIL = 500;

    private final ChannelStore channels;
    private final MeterRegistry meters;
    private final ProcessEngine engine;
    private final RuntimeService runtime;
    private final HistoryService history;
    private final AlertGuard guard;
    private final TransactionTemplate transaction;
    private final RunReader reader;
    private final Watchdog watchdog;

    /** Creates or updates the engine's tables, deploys processes that changed, and starts to work on timers. */
    public FlowableWorkflows(
            DataSource dataSource,
            PlatformTransactionManager transactions,
            ChannelStore channels,
            Outbox outbox,
            AlertStore alerts,
            IncidentStore incidents,
            EscalationSettings escalation,
            WorkflowSettings settings,
            InstantSource clock,
            MeterRegistry meters) {
        this(dataSource, transactions, channels, outbox, alerts, incidents, escalation, settings, clock, meters, true);
    }

    /** With {@code started} false nothing happens by itself; tests then work on due timers when they want. */
    FlowableWorkflows(
            DataSource dataSource,
            PlatformTransactionManager transactions,
            ChannelStore channels,
            Outbox outbox,
            AlertStore alerts,
            IncidentStore incidents,
            EscalationSettings escalation,
            WorkflowSettings settings,
            InstantSource clock,
            MeterRegistry meters,
            boolean started) {
        this.channels = channels;
        this.meters = meters;
        var beans = new HashMap<Object, Object>();
        engine = EngineBuilder.build(dataSource, transactions, settings, clock, beans, meters);
        runtime = engine.getRuntimeService();
        history = engine.getHistoryService();
        guard = new AdvisoryLock(engine.getManagementService());
        transaction = new TransactionTemplate(transactions);
        reader = new RunReader(engine);
        watchdog = new Watchdog(engine, settings, clock, meters);

        var context = new Context(alerts, guard);
        var writer = new MessageWriter(settings.baseUrl(), clock);
        beans.put("escalation", new EscalationSteps(channels, outbox, escalation, context, writer, meters));
        beans.put(
                "healing",
                new HealingSteps(
                        channels,
                        outbox,
                        settings.healing(),
                        (rule, within) -> repairs(rule, within, clock),
                        context,
                        writer,
                        meters));
        beans.put("incident", new IncidentSteps(incidents, context, clock));

        EngineBuilder.deploy(engine.getRepositoryService(), PROCESSES);
        if (started) {
            watchdog.freeOwnLocks(); // of a predecessor that crashed
            engine.startExecutors();
            watchdog.start();
        }
    }

    @Override
    public void accept(Transition transition) {
        var alert = transition.alert();
        switch (transition.to()) {
            case PENDING -> {}
            case FIRING -> {
                if (transition.from() == null || transition.from() == Status.PENDING) {
                    exclusively(alert.id(), () -> start(alert));
                }
            }
            case ACKNOWLEDGED -> exclusively(alert.id(), () -> tell(ACKNOWLEDGED, transition));
            case RESOLVED -> {
                if (alert.hasFired()) {
                    exclusively(alert.id(), () -> tell(RESOLVED, transition));
                }
            }
        }
    }

    private void start(Alert alert) {
        if (alert.severity().compareTo(Severity.HIGH) >= 0) {
            startOnce(INCIDENT, alert, Map.of());
        }
        if (alert.heal() == null) {
            startOnce(ESCALATION, alert, Map.of());
        } else if (channels.find(alert.heal()).filter(Channel::enabled).isPresent()) {
            startOnce(SELF_HEALING, alert, Map.of());
        } else {
            log.warn(
                    "alert {} names channel {} for its repair, which is not there or not enabled",
                    alert.id(),
                    alert.heal());
            String tried =
                    "Self-healing was not tried: the channel %s is not there or not enabled.".formatted(alert.heal());
            startOnce(ESCALATION, alert, Map.of("tried", tried));
        }
    }

    private void startOnce(String process, Alert alert, Map<String, Object> variables) {
        String key = alert.id().value();
        if (history.createHistoricProcessInstanceQuery()
                        .processDefinitionKey(process)
                        .processInstanceBusinessKey(key)
                        .count()
                == 0) {
            runtime.createProcessInstanceBuilder()
                    .processDefinitionKey(process)
                    .businessKey(key)
                    .variables(variables)
                    .start();
            meters.counter("tocsin.workflow.started", "process", process).increment();
        }
    }

    private void tell(String message, Transition transition) {
        correlate(message, transition.alert().id(), Map.of(Context.ACTOR, transition.actor()));
    }

    /** Nobody may be waiting: the alert fired before there were processes, or its run has ended. */
    private void correlate(String message, AlertId alert, Map<String, Object> variables) {
        var waiting = runtime.createExecutionQuery()
                .processInstanceBusinessKey(alert.value(), true)
                .messageEventSubscriptionName(message)
                .list();
        for (var execution : waiting) {
            runtime.messageEventReceived(message, execution.getId(), variables);
        }
    }

    @Override
    public void callEnded(String messageKey, boolean succeeded, String detail) {
        int end = messageKey.indexOf("/" + SELF_HEALING + "/");
        if (end < 0) {
            return; // not a call of a process
        }
        var alert = new AlertId(messageKey.substring(0, end));
        exclusively(alert, () -> {
            boolean expected = runtime.createProcessInstanceQuery()
                            .processDefinitionKey(SELF_HEALING)
                            .processInstanceBusinessKey(alert.value())
                            .variableValueEquals(HealingSteps.CALL, messageKey)
                            .count()
                    > 0;
            if (expected) {
                correlate(
                        CALL_ENDED, alert, Map.of(HealingSteps.SUCCEEDED, succeeded, HealingSteps.DETAIL, cut(detail)));
            }
        });
    }

    private static String cut(String detail) {
        return detail.length() <= MAX_DETAIL ? detail : detail.substring(0, MAX_DETAIL - 1) + "…";
    }

    /**
     * In one transaction, alone with this alert. In a transaction of the caller's the caller must repeat: what failed
     * in it cannot be undone by halves.
     */
    private void exclusively(AlertId alert, Runnable work) {
        boolean ours = !TransactionSynchronizationManager.isActualTransactionActive();
        for (int attempt = 1; ; attempt++) {
            try {
                transaction.executeWithoutResult(status -> {
                    guard.hold(alert);
                    work.run();
                });
                return;
            } catch (FlowableOptimisticLockingException e) {
                if (!ours || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private long repairs(RuleId rule, Duration within, InstantSource clock) {
        return history.createHistoricProcessInstanceQuery()
                .processDefinitionKey(SELF_HEALING)
                .variableValueEquals(HealingSteps.REPAIRED_RULE, rule.value())
                .startedAfter(Date.from(clock.instant().minus(within)))
                .count();
    }

    @Override
    public List<Deployed> processes() {
        return reader.processes();
    }

    @Override
    public String diagram(String processKey, int version) {
        return reader.diagram(processKey, version);
    }

    @Override
    public List<Run> runs(AlertId alert) {
        return reader.runs(alert);
    }

    @Override
    public List<Run> running(int limit) {
        return reader.running(limit);
    }

    ProcessEngine engine() {
        return engine;
    }

    Watchdog watchdog() {
        return watchdog;
    }

    /** Stops to look for timers, gives those under way ten seconds to end, and frees this server's locks. */
    @Override
    public void close() {
        watchdog.close();
        try {
            engine.close();
            watchdog.freeOwnLocks();
        } catch (RuntimeException e) {
            // the database is away: the locks of this server are freed at its next start, or by others in a minute
            log.warn("processes stopped without freeing their locks: {}", e.getMessage());
            engine.getProcessEngineConfiguration().close(); // ends the threads, which close() had no time for
        }
    }
}
