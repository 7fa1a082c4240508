package tocsin.flowable;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.flowable.common.engine.api.FlowableException;
import org.flowable.common.engine.api.FlowableObjectNotFoundException;
import org.flowable.common.engine.api.FlowableOptimisticLockingException;
import org.flowable.engine.HistoryService;
import org.flowable.engine.ManagementService;
import org.flowable.engine.ProcessEngine;
import org.flowable.engine.history.HistoricProcessInstance;
import org.flowable.engine.impl.cmd.ClearProcessInstanceLockTimesCmd;
import org.flowable.engine.impl.util.CommandContextUtil;
import org.flowable.job.api.Job;
import org.flowable.job.service.impl.cmd.UnacquireOwnedJobsCmd;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what the engine leaves undone: works on timers that are overdue, brings back those that the engine gave up,
 * frees locks that an outage of the database left behind, and removes old history. It says so in the log and in
 * metrics, on which a rule of Tocsin's own pack raises an alert.
 */
final class Watchdog implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Watchdog.class);

    private static final long EVERY_SECONDS = 5;

    /** The most that one look takes on, so that it ends. */
    private static final int BATCH = 100;

    private final ManagementService management;
    private final HistoryService history;
    private final WorkflowSettings settings;
    private final InstantSource clock;
    private final AtomicLong overdue = new AtomicLong();
    private final MeterRegistry meters;
    private final Gauge overdueGauge;
    private final Counter rescued;
    private final Counter revived;
    private final ScheduledExecutorService thread;
    private boolean databaseAway;
    private boolean late;

    Watchdog(ProcessEngine engine, WorkflowSettings settings, InstantSource clock, MeterRegistry meters) {
        this.management = engine.getManagementService();
        this.history = engine.getHistoryService();
        this.settings = settings;
        this.clock = clock;
        this.meters = meters;
        overdueGauge = Gauge.builder("tocsin.workflow.timers.overdue", overdue, AtomicLong::get)
                .description("timers that should have run some time ago, at the latest look")
                .register(meters);
        rescued = Counter.builder("tocsin.workflow.timers.rescued")
                .description("overdue timers that the watchdog worked on")
                .register(meters);
        revived = Counter.builder("tocsin.workflow.timers.revived")
                .description("timers that failed so often that the engine gave them up, and that were brought back")
                .register(meters);
        thread = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("tocsin-workflow-watchdog").daemon().factory());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // look() throws nothing, so the schedule never ends by itself
    void start() {
        thread.scheduleWithFixedDelay(this::look, EVERY_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
    }

    /** One look at everything. */
    synchronized void look() {
        try {
            if (databaseAway) {
                freeOwnLocks();
                databaseAway = false;
                log.info("processes reach the database again");
            }
            rescue();
            revive();
            forget();
        } catch (RuntimeException e) {
            if (!databaseAway) {
                log.warn("processes cannot be looked after, most likely the database is away: {}", e.getMessage());
            }
            databaseAway = true;
        }
    }

    /** What was being worked on when the database or this server went away is still locked, and nobody works on it. */
    void freeOwnLocks() {
        management.executeCommand(context -> new UnacquireOwnedJobsCmd(
                        settings.node(),
                        null,
                        CommandContextUtil.getProcessEngineConfiguration(context)
                                .getJobServiceConfiguration())
                .execute(context));
        management.executeCommand(new ClearProcessInstanceLockTimesCmd(settings.node()));
    }

    private void rescue() {
        var before = Date.from(clock.instant().minus(settings.overdueAfter()));
        var waiting = management
                .createTimerJobQuery()
                .duedateLowerThan(before)
                .orderByJobDuedate()
                .asc()
                .listPage(0, BATCH);
        var taken = management
                .createJobQuery()
                .duedateLowerThan(before)
                .orderByJobDuedate()
                .asc()
                .listPage(0, BATCH);
        int count = waiting.size() + taken.size();
        overdue.set(count);
        if (count > 0 && !late) {
            log.error(
                    "{} timers are overdue by more than {}; the watchdog works on them",
                    count,
                    settings.overdueAfter());
        }
        late = count > 0;
        waiting.forEach(job -> rescue(job, true));
        taken.forEach(job -> rescue(job, false));
    }

    private void rescue(Job job, boolean waiting) {
        try {
            if (waiting) {
                management.moveTimerToExecutableJob(job.getId());
            }
            management.executeJob(job.getId());
            rescued.increment();
        } catch (FlowableOptimisticLockingException | FlowableObjectNotFoundException e) {
            log.debug("timer {} was worked on by somebody else", job.getId());
        } catch (FlowableException e) {
            log.warn("timer {} of run {} failed: {}", job.getId(), job.getProcessInstanceId(), e.getMessage());
        }
    }

    private void revive() {
        for (var job : management.createDeadLetterJobQuery().listPage(0, BATCH)) {
            log.error(
                    "a timer of run {} failed {} times and is tried again: {}",
                    job.getProcessInstanceId(),
                    EngineBuilder.TRIES,
                    job.getExceptionMessage());
            management.moveDeadLetterJobToExecutableJob(job.getId(), EngineBuilder.TRIES);
            revived.increment();
        }
    }

    private void forget() {
        var before = Date.from(clock.instant().minus(settings.keepHistory()));
        List<String> old =
                history.createHistoricProcessInstanceQuery().finishedBefore(before).listPage(0, BATCH).stream()
                        .map(HistoricProcessInstance::getId)
                        .toList();
        if (!old.isEmpty()) {
            history.bulkDeleteHistoricProcessInstances(old);
        }
    }

    @Override
    public void close() {
        meters.remove(overdueGauge);
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
                log.warn("the watchdog of the processes does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
