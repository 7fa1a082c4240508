package tocsin.flowable;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.flowable.common.engine.api.delegate.event.FlowableEngineEventType;
import org.flowable.common.engine.impl.history.HistoryLevel;
import org.flowable.engine.ProcessEngine;
import org.flowable.engine.RepositoryService;
import org.flowable.job.service.impl.asyncexecutor.AsyncJobExecutorConfiguration;
import org.flowable.spring.SpringProcessEngineConfiguration;
import org.springframework.transaction.PlatformTransactionManager;

/** Sets Flowable up for us: one database, one transaction manager, timers that are on time, and nothing that we do not use. */
final class EngineBuilder {
    /** A timer that was being worked on when its server vanished is taken by another after this time. */
    private static final Duration LOCK = Duration.ofMinutes(1);

    /**
     * How often a failing timer is tried, 10 s apart, before the engine puts it aside; from there the watchdog fetches
     * it back. The pause counts from the time at which the timer was due, so an old timer uses tries up quickly.
     */
    static final int TRIES = 30;

    private static final String FOLDER = "/tocsin/workflows/";

    private EngineBuilder() {}

    static ProcessEngine build(
            DataSource dataSource,
            PlatformTransactionManager transactions,
            WorkflowSettings settings,
            InstantSource clock,
            Map<Object, Object> beans,
            MeterRegistry meters) {
        var configuration = new SpringProcessEngineConfiguration();
        configuration.setEngineName("tocsin-" + settings.node());
        configuration.setDataSource(dataSource);
        configuration.setTransactionManager(transactions);
        configuration.setDatabaseSchemaUpdate("true");
        configuration.setHistoryLevel(HistoryLevel.ACTIVITY);
        configuration.setDisableIdmEngine(true);
        configuration.setDisableEventRegistry(true);
        configuration.setCreateDiagramOnDeploy(false);
        configuration.setClock(new InstantClock(clock));
        configuration.setBeans(beans);
        configuration.setCustomMybatisMappers(Set.of(AdvisoryLock.Statements.class));
        var timer = new GuardedTimer();
        configuration.setCustomJobHandlers(List.of(timer));
        configuration.setCustomAsyncRunnableExecutionExceptionHandlers(List.of(timer));
        configuration.setTypedEventListeners(
                Map.of(FlowableEngineEventType.TIMER_FIRED.name(), List.of(new TimerLateness(clock, meters))));
        configuration.setAsyncExecutorConfiguration(timers(settings));
        configuration.setAsyncExecutorNumberOfRetries(TRIES);
        configuration.setAsyncExecutorActivate(true);
        configuration.setAsyncExecutorCorePoolSize(settings.threads());
        configuration.setAsyncExecutorMaxPoolSize(settings.threads());
        configuration.setAsyncExecutorThreadPoolQueueSize(256);
        configuration.setAsyncExecutorSecondsToWaitOnShutdown(10);
        return configuration.buildProcessEngine();
    }

    private static AsyncJobExecutorConfiguration timers(WorkflowSettings settings) {
        var timers = new AsyncJobExecutorConfiguration();
        timers.setLockOwner(settings.node());
        timers.setUnlockOwnedJobs(false); // the engine would do it while jobs still run; we do it before and after
        timers.setTimerLockTime(LOCK);
        timers.setAsyncJobLockTime(LOCK);
        timers.setDefaultTimerJobAcquireWaitTime(settings.timerWait());
        timers.setDefaultAsyncJobAcquireWaitTime(Duration.ofSeconds(1));
        timers.setDefaultQueueSizeFullWaitTime(settings.timerWait());
        timers.setResetExpiredJobsInterval(Duration.ofSeconds(10));
        timers.setMaxTimerJobsPerAcquisition(128);
        timers.setMaxAsyncJobsDuePerAcquisition(128);
        return timers;
    }

    /** Deploy each process of ours that differs from what was deployed last. Runs under way stay on their version. */
    static void deploy(RepositoryService repository, List<String> processes) {
        for (String process : processes) {
            String file = process + ".bpmn20.xml";
            try (var xml = open(file)) {
                repository
                        .createDeployment()
                        .name(file)
                        .enableDuplicateFiltering()
                        .addInputStream(file, xml)
                        .deploy();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static InputStream open(String file) {
        var stream = EngineBuilder.class.getResourceAsStream(FOLDER + file);
        if (stream == null) {
            throw new IllegalStateException("the process " + file + " is missing from this build");
        }
        return stream;
    }
}
