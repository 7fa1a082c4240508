package tocsin.web.workflow;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import tocsin.alert.Alert;
import tocsin.alert.AlertId;
import tocsin.alert.AlertStore;
import tocsin.web.page.PageController;
import tocsin.web.page.Problems;
import tocsin.workflow.Workflows;

/** The processes, drawn, and where each run of them stands. */
@PageController
class WorkflowPages {
    private static final int MAX_RUNS = 200;

    private final Workflows workflows;
    private final AlertStore alerts;

    WorkflowPages(Workflows workflows, AlertStore alerts) {
        this.workflows = workflows;
        this.alerts = alerts;
    }

    @GetMapping("/workflows")
    String list(Model model) {
        model.addAttribute("processes", workflows.processes());
        return "workflow/list";
    }

    /** A run with the alert that it is about; the alert may be gone by retention. */
    record Row(Workflows.Run run, @Nullable Alert alert) {}

    @GetMapping("/workflows/{key}")
    String process(
            @PathVariable String key,
            @RequestParam(defaultValue = "") String run,
            @RequestParam(defaultValue = "") String alert,
            Model model) {
        var process = find(key);
        List<Workflows.Run> running = workflows.running(MAX_RUNS).stream()
                .filter(each -> each.processKey().equals(key))
                .toList();
        var chosen = chosen(key, run, alert, running);
        int version = chosen == null ? process.version() : chosen.version();
        model.addAttribute("process", process);
        model.addAttribute("version", version);
        model.addAttribute("rows", running.stream().map(this::row).toList());
        model.addAttribute("chosen", chosen == null ? null : row(chosen));
        model.addAttribute("tokens", chosen == null ? counted(running, version) : counted(List.of(chosen), version));
        model.addAttribute("done", chosen == null ? "" : done(chosen));
        return "workflow/process";
    }

    /** Ended runs are known by their alert only. */
    private Workflows.@Nullable Run chosen(String key, String run, String alert, List<Workflows.Run> running) {
        if (run.isEmpty()) {
            return null;
        }
        return running.stream()
                .filter(each -> each.id().equals(run))
                .findFirst()
                .or(() -> workflows.runs(id(alert)).stream()
                        .filter(each ->
                                each.id().equals(run) && each.processKey().equals(key))
                        .findFirst())
                .orElseThrow(Problems.missing("This run has ended, or never was."));
    }

    private static AlertId id(String alert) {
        try {
            return new AlertId(alert);
        } catch (IllegalArgumentException wrong) {
            throw Problems.missing("This run has ended. Its steps are on the page of its alert.")
                    .get();
        }
    }

    private Row row(Workflows.Run run) {
        return new Row(run, alerts.find(run.alert()).orElse(null));
    }

    /** {@code element:count} of where runs stand, for the drawing. */
    private static String counted(List<Workflows.Run> runs, int version) {
        Map<String, Integer> counts = new HashMap<>();
        runs.stream()
                .filter(run -> run.version() == version)
                .flatMap(run -> run.tokens().stream())
                .forEach(token -> counts.merge(token, 1, Integer::sum));
        return counts.entrySet().stream()
                .map(entry -> entry.getKey() + ":" + entry.getValue())
                .sorted()
                .reduce((left, right) -> left + " " + right)
                .orElse("");
    }

    private static String done(Workflows.Run run) {
        return run.steps().stream()
                .filter(step -> step.endedAt() != null)
                .map(Workflows.Step::element)
                .distinct()
                .reduce((left, right) -> left + " " + right)
                .orElse("");
    }

    @GetMapping(path = "/workflows/{key}/diagram")
    ResponseEntity<String> diagram(@PathVariable String key, @RequestParam int version) {
        find(key);
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_XML)
                .cacheControl(CacheControl.noStore())
                .body(workflows.diagram(key, version));
    }

    private Workflows.Deployed find(String key) {
        return workflows.processes().stream()
                .filter(process -> process.key().equals(key))
                .findFirst()
                .orElseThrow(Problems.missing("There is no process " + key + "."));
    }
}
