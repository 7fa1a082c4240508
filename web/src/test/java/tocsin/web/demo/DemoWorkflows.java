package tocsin.web.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import tocsin.alert.AlertId;
import tocsin.alert.Transition;
import tocsin.workflow.Workflows;

/** One process with a diagram, and runs that stand still. */
final class DemoWorkflows implements Workflows {
    private final List<Run> runs = new ArrayList<>();
    private final boolean empty;

    DemoWorkflows(boolean empty) {
        this.empty = empty;
    }

    void add(Run run) {
        runs.add(run);
    }

    @Override
    public void accept(Transition transition) {}

    @Override
    public void callEnded(String messageKey, boolean succeeded, String detail) {}

    @Override
    public List<Deployed> processes() {
        return empty
                ? List.of()
                : List.of(
                        new Deployed(
                                "escalation",
                                "Escalation",
                                2,
                                "Tells the first step; when nobody acknowledges in time, tells the next. Says so when it is over.",
                                running(100).size()),
                        new Deployed(
                                "incident",
                                "Incident creation",
                                1,
                                "Opens an incident for what is critical, and closes it.",
                                0),
                        new Deployed(
                                "self-healing",
                                "Self-healing",
                                1,
                                "Calls what may repair it, waits for the alert to clear, else escalates.",
                                0));
    }

    @Override
    public String diagram(String processKey, int version) {
        try (InputStream in = DemoWorkflows.class.getResourceAsStream("/demo/escalation.bpmn")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<Run> runs(AlertId alert) {
        return runs.stream().filter(run -> run.alert().equals(alert)).toList();
    }

    @Override
    public List<Run> running(int limit) {
        return runs.stream().filter(run -> run.endedAt() == null).limit(limit).toList();
    }
}
