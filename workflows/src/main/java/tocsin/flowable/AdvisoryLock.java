package tocsin.flowable;

import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.flowable.engine.ManagementService;
import org.flowable.engine.impl.cmd.AbstractCustomSqlExecution;
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

    /** The statement, as the engine's own session runs it, hence in its transaction. */
    interface Statements {
        @Select("SELECT 1 FROM pg_advisory_xact_lock(#{space}, #{key})")
        int lock(@Param("space") int space, @Param("key") int key);
    }

    @Override
    public void hold(AlertId alert) {
        int key = alert.value().hashCode(); // two alerts with one hash only wait for each other
        management.executeCustomSql(new AbstractCustomSqlExecution<Statements, Integer>(Statements.class) {
            @Override
            public Integer execute(Statements statements) {
                return statements.lock(SPACE, key);
            }
        });
    }
}
