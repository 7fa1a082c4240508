package tocsin.web.alert;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import tocsin.access.Role;
import tocsin.alert.Alert;
import tocsin.alert.AlertDesk;
import tocsin.alert.AlertId;
import tocsin.alert.AlertStore;
import tocsin.alert.Status;
import tocsin.alert.Transition;
import tocsin.incident.IncidentStore;
import tocsin.notify.Outbox;
import tocsin.rule.Severity;
import tocsin.signal.SignalLog;
import tocsin.web.page.Notice;
import tocsin.web.page.PageController;
import tocsin.web.page.Problems;
import tocsin.web.page.Show;
import tocsin.web.page.Viewer;
import tocsin.workflow.Workflows;

/** The list of alerts, one alert with everything about it, and the buttons to take and close it. */
@PageController
class AlertPages {
    private static final int MAX_ROWS = 200;
    private static final int MAX_NOTE = 1000;
    private static final Duration STORE_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CHART_MARGIN = Duration.ofMinutes(20);

    private final AlertStore alerts;
    private final AlertDesk desk;
    private final IncidentStore incidents;
    private final Outbox outbox;
    private final Workflows workflows;
    private final SignalLog log;
    private final InstantSource clock;
    private final Viewer viewer;
    private final Show show;

    AlertPages(
            AlertStore alerts,
            AlertDesk desk,
            IncidentStore incidents,
            Outbox outbox,
            Workflows workflows,
            SignalLog log,
            InstantSource clock,
            Viewer viewer,
            Show show) {
        this.alerts = alerts;
        this.desk = desk;
        this.incidents = incidents;
        this.outbox = outbox;
        this.workflows = workflows;
        this.log = log;
        this.clock = clock;
        this.viewer = viewer;
        this.show = show;
    }

    @GetMapping("/alerts")
    String list(
            @RequestParam(defaultValue = "open") String status,
            @RequestParam(defaultValue = "low") String severity,
            @RequestParam(defaultValue = "") String rule,
            @RequestParam(defaultValue = "") String text,
            Model model) {
        var filter = filter(status, severity, rule.strip(), text.strip());
        List<Alert> found =
                alerts.find(filter.query()).stream().filter(filter::accepts).toList();
        model.addAttribute("filter", filter);
        model.addAttribute("alerts", found.subList(0, Math.min(MAX_ROWS, found.size())));
        model.addAttribute("hidden", Math.max(0, found.size() - MAX_ROWS));
        model.addAttribute("statuses", AlertFilter.STATUSES);
        model.addAttribute("severities", List.of(Severity.values()).reversed());
        return "alert/list";
    }

    private static AlertFilter filter(String status, String severity, String rule, String text) {
        try {
            var filter = new AlertFilter(status, Severity.parse(severity), rule, text);
            filter.query();
            return filter;
        } catch (IllegalArgumentException wrong) {
            throw Problems.bad(wrong.getMessage() + ".");
        }
    }

    /**
     * What the chart of an alert shows.
     *
     * @param expression what the rule compared, {@code value} or a window
     * @param operator of the comparison, empty when the rule compared nothing
     * @param threshold null when the rule compared nothing
     * @param firedMillis where the shaded interval begins, null when it never fired
     */
    record Chart(
            String fingerprint,
            String metric,
            String unit,
            String expression,
            String operator,
            @Nullable Double threshold,
            long fromMillis,
            long toMillis,
            @Nullable Long firedMillis,
            long endMillis) {}

    @GetMapping("/alerts/{id}")
    String alert(@PathVariable String id, Model model) {
        var alert = find(id);
        List<Transition> transitions = alerts.transitions(alert.id());
        var incident = incidents.of(alert.id()).orElse(null);
        var runs = workflows.runs(alert.id());
        var position = log.positionAt(first(alert, transitions).evidence().at());
        var sources = new Trail.Sources(alert, transitions, position, incident, runs, outbox.of(alert.id()));
        model.addAttribute("alert", alert);
        model.addAttribute("transitions", transitions);
        model.addAttribute("trail", Trail.of(sources));
        model.addAttribute("incident", incident);
        model.addAttribute("runs", runs);
        model.addAttribute("chart", chart(alert));
        model.addAttribute("links", runbookIsLink(alert));
        return "alert/alert";
    }

    private static Alert first(Alert alert, List<Transition> transitions) {
        return transitions.isEmpty() ? alert : transitions.getFirst().alert();
    }

    /** Only what is certainly an address is linked, so that a runbook's text can never be a script. */
    private static boolean runbookIsLink(Alert alert) {
        String runbook = alert.runbook();
        return runbook != null && (runbook.startsWith("https://") || runbook.startsWith("http://"));
    }

    private Chart chart(Alert alert) {
        var end = alert.status() == Status.RESOLVED ? alert.changedAt() : clock.instant();
        var shown = Duration.between(alert.startedAt(), end);
        var margin = shown.dividedBy(2).compareTo(CHART_MARGIN) > 0 ? shown.dividedBy(2) : CHART_MARGIN;
        var to = alert.status() == Status.RESOLVED ? earlier(clock.instant(), end.plus(CHART_MARGIN)) : end;
        var term = alert.evidence().terms().stream().findFirst();
        Instant firedAt = alert.firedAt();
        return new Chart(
                alert.evidence().series().fingerprint().hex(),
                alert.evidence().series().metric(),
                show.unit(alert.evidence().series().metric()),
                term.map(first -> first.expression()).orElse("value"),
                term.map(first -> first.operator()).orElse(""),
                term.map(first -> first.threshold()).orElse(null),
                alert.startedAt().minus(margin).toEpochMilli(),
                to.toEpochMilli(),
                firedAt == null ? null : firedAt.toEpochMilli(),
                end.toEpochMilli());
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    @PostMapping("/alerts/{id}/acknowledge")
    String acknowledge(
            @PathVariable String id,
            @RequestParam(defaultValue = "") String note,
            @RequestParam(defaultValue = "") String back,
            RedirectAttributes redirect) {
        viewer.require(Role.RESPONDER);
        var alert = find(id);
        act(desk.acknowledge(alert.id(), viewer.name(), note(note)), "You have it. Nobody else is woken.", redirect);
        return back.equals("overview") ? "redirect:/" : "redirect:/alerts/" + alert.id();
    }

    @PostMapping("/alerts/{id}/resolve")
    String resolve(@PathVariable String id, @RequestParam(defaultValue = "") String note, RedirectAttributes redirect) {
        viewer.require(Role.RESPONDER);
        var alert = find(id);
        act(
                desk.resolve(alert.id(), viewer.name(), note(note)),
                "Resolved. It comes back only after it had cleared.",
                redirect);
        return "redirect:/alerts/" + alert.id();
    }

    private static String note(String note) {
        String stripped = note.strip();
        return stripped.substring(0, Math.min(MAX_NOTE, stripped.length()));
    }

    private static void act(CompletableFuture<Alert> step, String done, RedirectAttributes redirect) {
        try {
            step.orTimeout(STORE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS).join();
            Notice.good(redirect, done);
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof NoSuchElementException) {
                throw Problems.missing("There is no such alert.").get();
            }
            if (!(failed.getCause() instanceof TimeoutException)) {
                throw failed;
            }
            Notice.bad(
                    redirect, "The database has not answered yet. Look again in a moment before you press once more.");
        }
    }

    private Alert find(String id) {
        return parse(id).flatMap(alerts::find).orElseThrow(Problems.missing("There is no alert " + id + "."));
    }

    private static Optional<AlertId> parse(String id) {
        try {
            return Optional.of(new AlertId(id));
        } catch (IllegalArgumentException noId) {
            return Optional.empty();
        }
    }
}
