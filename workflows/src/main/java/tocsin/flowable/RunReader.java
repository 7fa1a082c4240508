package tocsin.flowable;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toSet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.flowable.engine.HistoryService;
import org.flowable.engine.ManagementService;
import org.flowable.engine.ProcessEngine;
import org.flowable.engine.RepositoryService;
import org.flowable.engine.RuntimeService;
import org.flowable.engine.history.HistoricActivityInstance;
import org.flowable.engine.history.HistoricProcessInstance;
import org.flowable.engine.repository.ProcessDefinition;
import org.jspecify.annotations.Nullable;
import tocsin.alert.AlertId;
import tocsin.workflow.Workflows.Deployed;
import tocsin.workflow.Workflows.Run;
import tocsin.workflow.Workflows.Step;

/** What the processes are, where their runs stand and what they went through. */
final class RunReader {
    /** More runs than this are never read at once. */
    private static final int MAX_RUNS = 200;

    /** More steps than this of one run are never shown; with every level and repeat used a run has about a hundred. */
    private static final int MAX_STEPS = 500;

    private static final Comparator<HistoricActivityInstance> OLDEST_FIRST = Comparator.comparing(
                    HistoricActivityInstance::getStartTime)
            .thenComparing(
                    HistoricActivityInstance::getTransactionOrder, Comparator.nullsFirst(Comparator.naturalOrder()));

    private final RepositoryService repository;
    private final RuntimeService runtime;
    private final HistoryService history;
    private final ManagementService management;

    RunReader(ProcessEngine engine) {
        repository = engine.getRepositoryService();
        runtime = engine.getRuntimeService();
        history = engine.getHistoryService();
        management = engine.getManagementService();
    }

    List<Deployed> processes() {
        return repository
                .createProcessDefinitionQuery()
                .latestVersion()
                .orderByProcessDefinitionName()
                .asc()
                .list()
                .stream()
                .map(this::deployed)
                .toList();
    }

    private Deployed deployed(ProcessDefinition process) {
        long running = runtime.createProcessInstanceQuery()
                .processDefinitionKey(process.getKey())
                .count();
        String description = process.getDescription();
        return new Deployed(
                process.getKey(),
                process.getName(),
                process.getVersion(),
                description == null ? "" : description,
                running);
    }

    String diagram(String key, int version) {
        var process = repository
                .createProcessDefinitionQuery()
                .processDefinitionKey(key)
                .processDefinitionVersion(version)
                .singleResult();
        if (process == null) {
            throw new NoSuchElementException("there is no version %d of the process %s".formatted(version, key));
        }
        try (var xml = repository.getProcessModel(process.getId())) {
            return new String(xml.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Run> runs(AlertId alert) {
        return read(history.createHistoricProcessInstanceQuery()
                .processInstanceBusinessKey(alert.value())
                .processDefinitionKeyIn(FlowableWorkflows.PROCESSES)
                .orderByProcessInstanceStartTime()
                .asc()
                .listPage(0, MAX_RUNS));
    }

    List<Run> running(int limit) {
        return read(history.createHistoricProcessInstanceQuery()
                .unfinished()
                .processDefinitionKeyIn(FlowableWorkflows.PROCESSES)
                .orderByProcessInstanceStartTime()
                .desc()
                .listPage(0, Math.clamp(limit, 1, MAX_RUNS)));
    }

    private List<Run> read(List<HistoricProcessInstance> runs) {
        if (runs.isEmpty()) {
            return List.of();
        }
        var ids = runs.stream().map(HistoricProcessInstance::getId).collect(toSet());
        var steps = history
                .createHistoricActivityInstanceQuery()
                .processInstanceIds(ids)
                .orderByHistoricActivityInstanceStartTime()
                .asc()
                .listPage(0, MAX_STEPS * runs.size())
                .stream()
                .filter(RunReader::wasEntered)
                .sorted(OLDEST_FIRST)
                .collect(groupingBy(HistoricActivityInstance::getProcessInstanceId));
        return runs.stream().map(run -> run(run, steps)).toList();
    }

    private Run run(HistoricProcessInstance run, Map<String, List<HistoricActivityInstance>> allSteps) {
        var steps = allSteps.getOrDefault(run.getId(), List.of());
        return new Run(
                run.getId(),
                run.getProcessDefinitionKey(),
                run.getProcessDefinitionVersion(),
                new AlertId(run.getBusinessKey()),
                run.getStartTime().toInstant(),
                instant(run.getEndTime()),
                tokens(steps),
                steps.stream().map(RunReader::step).toList(),
                run.getEndTime() == null ? nextTimer(run.getId()) : null);
    }

    /** The engine also records arrows, and each event that could have come but did not. */
    private static boolean wasEntered(HistoricActivityInstance step) {
        return switch (step.getActivityType()) {
            case "sequenceFlow" -> false;
            case "boundaryEvent" -> step.getEndTime() != null && step.getDeleteReason() == null;
            case "intermediateCatchEvent" -> step.getDeleteReason() == null;
            default -> true;
        };
    }

    private static List<String> tokens(List<HistoricActivityInstance> steps) {
        return steps.stream()
                .filter(step -> step.getEndTime() == null)
                .filter(step -> !step.getActivityType().equals("subProcess")) // what is in it says where it stands
                .map(HistoricActivityInstance::getActivityId)
                .distinct()
                .toList();
    }

    private static Step step(HistoricActivityInstance step) {
        String name = step.getActivityName();
        return new Step(
                step.getActivityId(),
                name == null ? "" : name,
                step.getStartTime().toInstant(),
                instant(step.getEndTime()));
    }

    private @Nullable Instant nextTimer(String run) {
        var timers = management
                .createTimerJobQuery()
                .processInstanceId(run)
                .orderByJobDuedate()
                .asc()
                .listPage(0, 1);
        return timers.isEmpty() ? null : timers.getFirst().getDuedate().toInstant();
    }

    private static @Nullable Instant instant(@Nullable Date date) {
        return date == null ? null : date.toInstant();
    }
}
