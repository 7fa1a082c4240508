package tocsin.workflow;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tocsin.alert.AlertId;
import tocsin.alert.Transition;

/** The processes that decide who is told, what is repaired and which incident is opened. Safe for concurrent use. */
public interface Workflows {
    /**
     * Let processes start, go on or end because of this step of an alert. Part of the running transaction; the same
     * step again changes nothing.
     */
    void accept(Transition transition);

    /** A call that a process made through the outbox has ended. */
    void callEnded(String messageKey, boolean succeeded, String detail);

    /** Processes that are deployed, by name. */
    List<Deployed> processes();

    /** The BPMN 2.0 XML, diagram included, of a process. */
    String diagram(String processKey, int version);

    /** Runs for an alert, oldest first, ended ones included. */
    List<Run> runs(AlertId alert);

    /** Runs that are under way, newest first. */
    List<Run> running(int limit);

    /**
     * A deployed process.
     *
     * @param running how many runs are under way
     */
    record Deployed(String key, String name, int version, String description, long running) {}

    /**
     * One run of a process for an alert.
     *
     * @param endedAt null while it is under way
     * @param tokens ids of the diagram's elements where it stands now
     * @param steps what it went through, oldest first
     */
    record Run(
            String id,
            String processKey,
            int version,
            AlertId alert,
            Instant startedAt,
            @Nullable Instant endedAt,
            List<String> tokens,
            List<Step> steps,
            @Nullable Instant nextTimer) {}

    /** A diagram's element that a run entered, and left at {@code endedAt} unless null. */
    record Step(
            String element,
            String name,
            Instant startedAt,
            @Nullable Instant endedAt) {}
}
