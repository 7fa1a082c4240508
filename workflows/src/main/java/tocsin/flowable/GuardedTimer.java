package tocsin.flowable;

import org.flowable.common.engine.api.FlowableOptimisticLockingException;
import org.flowable.common.engine.impl.interceptor.CommandContext;
import org.flowable.engine.impl.jobexecutor.TriggerTimerEventJobHandler;
import org.flowable.engine.impl.persistence.entity.ExecutionEntity;
import org.flowable.job.api.JobInfo;
import org.flowable.job.service.JobServiceConfiguration;
import org.flowable.job.service.impl.asyncexecutor.AsyncRunnableExecutionExceptionHandler;
import org.flowable.job.service.impl.asyncexecutor.DefaultAsyncRunnableExecutionExceptionHandler;
import org.flowable.job.service.impl.persistence.entity.JobEntity;
import org.flowable.variable.api.delegate.VariableScope;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tocsin.alert.AlertId;

/**
 * A timer that waits its turn with its alert, and does nothing when somebody acknowledged or resolved meanwhile: then
 * its job is gone, because leaving a waiting place removes the timers of that place.
 */
final class GuardedTimer extends TriggerTimerEventJobHandler implements AsyncRunnableExecutionExceptionHandler {
    private static final Logger log = LoggerFactory.getLogger(GuardedTimer.class);

    private final AsyncRunnableExecutionExceptionHandler engine = new DefaultAsyncRunnableExecutionExceptionHandler();

    @Override
    public void execute(JobEntity job, String configuration, VariableScope scope, CommandContext context) {
        if (scope instanceof ExecutionEntity execution && execution.getProcessInstanceBusinessKey() != null) {
            AdvisoryLock.hold(context, new AlertId(execution.getProcessInstanceBusinessKey()));
            if (!AdvisoryLock.isThere(context, job.getId())) {
                throw new FlowableOptimisticLockingException("timer " + job.getId() + " is not needed any more");
            }
        }
        super.execute(job, configuration, scope, context);
    }

    /**
     * No failure when the job is gone. All else is the engine's to repeat; while the database is away it cannot even
     * note that, and the watchdog frees the job later.
     */
    @Override
    public boolean handleException(JobServiceConfiguration jobs, JobInfo job, Throwable exception) {
        try {
            if (exception instanceof FlowableOptimisticLockingException && isGone(jobs, job)) {
                log.debug("timer {} came too late: somebody acted before it", job.getId());
                return true;
            }
            return engine.handleException(jobs, job, exception);
        } catch (RuntimeException e) {
            log.warn("timer {} failed and cannot be put back yet: {}", job.getId(), e.getMessage());
            return true;
        }
    }

    private static boolean isGone(JobServiceConfiguration jobs, JobInfo job) {
        return !jobs.getCommandExecutor().execute(context -> AdvisoryLock.isThere(context, job.getId()));
    }
}
