package tocsin.flowable;

import org.flowable.common.engine.api.FlowableOptimisticLockingException;
import org.flowable.common.engine.impl.interceptor.CommandContext;
import org.flowable.engine.impl.jobexecutor.TriggerTimerEventJobHandler;
import org.flowable.engine.impl.persistence.entity.ExecutionEntity;
import org.flowable.job.api.JobInfo;
import org.flowable.job.service.JobServiceConfiguration;
import org.flowable.job.service.impl.asyncexecutor.AsyncRunnableExecutionExceptionHandler;
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

    /** Says that it is no failure when the job is gone, and leaves all else to the engine, which tries again. */
    @Override
    public boolean handleException(JobServiceConfiguration jobs, JobInfo job, Throwable exception) {
        if (!(exception instanceof FlowableOptimisticLockingException)) {
            return false;
        }
        boolean gone = !jobs.getCommandExecutor().execute(context -> AdvisoryLock.isThere(context, job.getId()));
        if (gone) {
            log.debug("timer {} came too late: somebody acted before it", job.getId());
        }
        return gone;
    }
}
