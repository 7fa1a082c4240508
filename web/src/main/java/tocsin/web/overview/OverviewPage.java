package tocsin.web.overview;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import tocsin.alert.Alert;
import tocsin.alert.AlertQuery;
import tocsin.alert.AlertStore;
import tocsin.alert.Status;
import tocsin.notify.Outbox;
import tocsin.rule.RuleBook;
import tocsin.rule.SeriesCatalog;
import tocsin.rule.Severity;
import tocsin.signal.SampleHistory;
import tocsin.signal.SignalLog;
import tocsin.web.page.PageController;
import tocsin.web.page.Sparkline;

/** What is firing, who has it, and whether Tocsin itself is well. */
@PageController
class OverviewPage {
    private static final int MAX_SHOWN = 50;
    private static final int MAX_SPARKLINES = 20;
    private static final int MAX_PENDING = 10;
    private static final int MAX_ENDED = 6;
    private static final int MINUTES = 20;
    private static final Duration SPARKLINE_SPAN = Duration.ofHours(1);

    private final AlertStore alerts;
    private final SampleHistory history;
    private final SignalLog log;
    private final SeriesCatalog catalog;
    private final RuleBook rules;
    private final Outbox outbox;
    private final SelfStatus self;
    private final FirstSteps firstSteps;
    private final InstantSource clock;

    OverviewPage(
            AlertStore alerts,
            SampleHistory history,
            SignalLog log,
            SeriesCatalog catalog,
            RuleBook rules,
            Outbox outbox,
            SelfStatus self,
            FirstSteps firstSteps,
            InstantSource clock) {
        this.alerts = alerts;
        this.history = history;
        this.log = log;
        this.catalog = catalog;
        this.rules = rules;
        this.outbox = outbox;
        this.self = self;
        this.firstSteps = firstSteps;
        this.clock = clock;
    }

    /** A firing or acknowledged alert with its last hour. */
    record Row(Alert alert, Sparkline sparkline) {}

    /**
     * One bar of what came in.
     *
     * @param percent height, of the highest bar
     */
    record Bar(Instant minute, long records, int percent) {}

    @GetMapping("/")
    String overview(Model model) {
        var now = clock.instant();
        List<Alert> open = alerts.open();
        addOpen(open, now, model);
        model.addAttribute("self", self.items());
        model.addAttribute("steps", firstSteps.steps());
        model.addAttribute("ended", ended(now));
        addFlow(now, model);
        return "overview/overview";
    }

    private void addOpen(List<Alert> open, Instant now, Model model) {
        List<Alert> shown = open.stream()
                .filter(alert -> alert.status() != Status.PENDING)
                .sorted(urgency())
                .toList();
        List<Alert> first = shown.subList(0, Math.min(MAX_SHOWN, shown.size()));
        model.addAttribute("rows", rows(first, now));
        model.addAttribute("hidden", shown.size() - first.size());
        model.addAttribute("firing", count(open, Status.FIRING));
        model.addAttribute("acknowledged", count(open, Status.ACKNOWLEDGED));
        model.addAttribute("pending", count(open, Status.PENDING));
        model.addAttribute(
                "soon",
                open.stream()
                        .filter(alert -> alert.status() == Status.PENDING)
                        .sorted(urgency())
                        .limit(MAX_PENDING)
                        .toList());
    }

    /** What nobody has taken first, then the worst, then the newest. */
    private static Comparator<Alert> urgency() {
        return Comparator.comparing((Alert alert) -> alert.status() == Status.ACKNOWLEDGED)
                .thenComparing(Alert::severity, Comparator.reverseOrder())
                .thenComparing(Alert::changedAt, Comparator.reverseOrder());
    }

    private static long count(List<Alert> alerts, Status status) {
        return alerts.stream().filter(alert -> alert.status() == status).count();
    }

    private List<Row> rows(List<Alert> shown, Instant now) {
        var rows = new ArrayList<Row>();
        for (var alert : shown) {
            rows.add(new Row(alert, rows.size() < MAX_SPARKLINES ? sparkline(alert, now) : Sparkline.NONE));
        }
        return rows;
    }

    private Sparkline sparkline(Alert alert, Instant now) {
        var step = Duration.ofMinutes(1);
        var from = now.minus(SPARKLINE_SPAN);
        var points = history.averages(alert.evidence().series().fingerprint(), from, now, step);
        return Sparkline.of(points, from.toEpochMilli(), now.toEpochMilli(), 5 * step.toMillis());
    }

    private List<Alert> ended(Instant now) {
        var query = new AlertQuery(Set.of(Status.RESOLVED), Severity.LOW, null, AlertQuery.MAX_LIMIT);
        return alerts.find(query).stream()
                .filter(Alert::hasFired)
                .filter(alert -> alert.changedAt().isAfter(now.minus(Duration.ofDays(1))))
                .sorted(Comparator.comparing(Alert::changedAt).reversed())
                .limit(MAX_ENDED)
                .toList();
    }

    private void addFlow(Instant now, Model model) {
        List<Bar> bars = bars(now);
        model.addAttribute("bars", bars);
        model.addAttribute("received", bars.stream().mapToLong(Bar::records).sum());
        model.addAttribute("series", catalog.size());
        model.addAttribute("waiting", outbox.waiting());
        var activities = rules.activities();
        model.addAttribute(
                "rulesLive",
                activities.stream().filter(rule -> rule.live() != null).count());
        model.addAttribute(
                "rulesParked",
                activities.stream().filter(rule -> rule.parked() != null).count());
        model.addAttribute(
                "rulesBlind",
                activities.stream()
                        .filter(rule -> rule.live() != null && rule.matchedSeries() == 0)
                        .count());
    }

    /** Batches that were appended in each of the last minutes, the running one included. */
    private List<Bar> bars(Instant now) {
        long[] marks = IntStream.rangeClosed(0, MINUTES)
                .mapToLong(i -> log.positionAt(now.minus(Duration.ofMinutes(MINUTES - i)))
                        .value())
                .toArray();
        marks[MINUTES] = log.end().value();
        long highest = 1;
        for (int i = 0; i < MINUTES; i++) {
            highest = Math.max(highest, marks[i + 1] - marks[i]);
        }
        var bars = new ArrayList<Bar>();
        for (int i = 0; i < MINUTES; i++) {
            long records = Math.max(0, marks[i + 1] - marks[i]);
            int percent = records == 0 ? 0 : (int) Math.max(4, 100 * records / highest);
            bars.add(new Bar(now.minus(Duration.ofMinutes(MINUTES - i)), records, percent));
        }
        return bars;
    }
}
