package tocsin.flowable;

import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.flowable.common.engine.impl.interceptor.CommandContext;
import org.flowable.engine.ManagementService;
import org.flowable.engine.impl.util.CommandContextUtil;
import tocsin.alert.AlertId;
import tocsin.step.AlertGuard;

/**
 * PostgreSQL's advisory locks, one per alert. The engine alone would let an acknowledgement and a timer run side by
 * side, find out at the end that they collide, and fail one of them; and it would let two servers start the same
 * process twice.
 */
final class AdvisoryLock implements AlertGuard {
    /** Keeps these locks apart from those of anybody else in the same database. */
    private static final int SPACE = 0x70C51;

    private final ManagementService management;

    AdvisoryLock(ManagementService management) {
        this.management = management;
    }

    /** Statements that the engine's own session runs, hence in its transaction. */
    interface Statements {
        @Select("SELECT 1 FROM pg_advisory_xact_lock(#{space}, #{key})")
        int lock(@Param("space") int space, @Param("key") int key);

        @Select("SELECT count(*) FROM act_ru_job WHERE id_ = #{id}")
        int jobs(@Param("id") String id);
    }

    @Override
    public void hold(AlertId alert) {
        management.executeCommand(context -> {
            hold(context, alert);
            return null;
        });
    }

    /** As {@link #hold(AlertId)}, from within a command of the engine. */
    static void hold(CommandContext context, AlertId alert) {
        statements(context).lock(SPACE, alert.value().hashCode()); // alerts with one hash only wait for each other
    }

    /** Whether this job is still to be worked on, as the database knows it now. */
    static boolean isThere(CommandContext context, String job) {
        return statements(context).jobs(job) > 0;
    }

    private static Statements statements(CommandContext context) {
        return CommandContextUtil.getDbSqlSession(context).getSqlSession().getMapper(Statements.class);
    }
}
