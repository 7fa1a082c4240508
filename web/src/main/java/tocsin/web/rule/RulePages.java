package tocsin.web.rule;

import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import tocsin.access.Role;
import tocsin.alert.Alert;
import tocsin.alert.AlertQuery;
import tocsin.alert.AlertStore;
import tocsin.alert.Status;
import tocsin.label.Fingerprint;
import tocsin.rule.CompiledRule;
import tocsin.rule.RuleBook;
import tocsin.rule.RuleDefinition;
import tocsin.rule.RuleId;
import tocsin.rule.RuleStore;
import tocsin.rule.SeriesCatalog;
import tocsin.rule.SeriesView;
import tocsin.rule.Severity;
import tocsin.rule.StoredRule;
import tocsin.web.page.Notice;
import tocsin.web.page.PageController;
import tocsin.web.page.Problems;
import tocsin.web.page.Viewer;

/** What rules there are, and everything about one: its text, what it matches, what it found, its versions. */
@PageController
class RulePages {
    private static final int MAX_SERIES = 50;
    private static final int MAX_FIRINGS = 25;
    private static final List<String> STATES = List.of("all", "live", "draft", "blind", "holding", "parked");

    private final RuleBook book;
    private final RuleStore store;
    private final SeriesCatalog catalog;
    private final AlertStore alerts;
    private final Viewer viewer;

    RulePages(RuleBook book, RuleStore store, SeriesCatalog catalog, AlertStore alerts, Viewer viewer) {
        this.book = book;
        this.store = store;
        this.catalog = catalog;
        this.alerts = alerts;
        this.viewer = viewer;
    }

    /**
     * One rule in the list.
     *
     * @param severity null while nothing of it is live
     * @param draft whether the newest version is not live yet
     */
    record Row(
            String name,
            @Nullable Severity severity,
            String summary,
            boolean live,
            boolean draft,
            boolean blind,
            RuleBook.Activity activity) {
        static Row of(RuleBook.Activity activity) {
            RuleDefinition live = activity.live();
            return new Row(
                    activity.newest().id().value(),
                    live == null ? null : live.severity(),
                    live == null ? "" : live.summary(),
                    live != null,
                    activity.newest().state() == StoredRule.State.DRAFT,
                    live != null && activity.matchedSeries() == 0,
                    activity);
        }

        boolean is(String state) {
            return switch (state) {
                case "live" -> live;
                case "draft" -> draft;
                case "blind" -> blind;
                case "holding" -> activity.holding() > 0;
                case "parked" -> activity.parked() != null;
                default -> true;
            };
        }

        boolean mentions(String text) {
            String all = (name + ' ' + summary).toLowerCase(Locale.ROOT);
            return Arrays.stream(text.toLowerCase(Locale.ROOT).split("\\s+")).allMatch(all::contains);
        }
    }

    @GetMapping("/rules")
    String list(
            @RequestParam(defaultValue = "all") String state,
            @RequestParam(defaultValue = "") String text,
            Model model) {
        if (!STATES.contains(state)) {
            throw Problems.bad("The state is one of " + String.join(", ", STATES) + ".");
        }
        List<Row> all = book.activities().stream().map(Row::of).toList();
        var counts = new LinkedHashMap<String, Long>();
        STATES.forEach(each ->
                counts.put(each, all.stream().filter(row -> row.is(each)).count()));
        model.addAttribute("counts", counts);
        model.addAttribute("state", state);
        model.addAttribute("text", text.strip());
        model.addAttribute(
                "rows",
                all.stream()
                        .filter(row -> row.is(state) && row.mentions(text.strip()))
                        .toList());
        return "rule/list";
    }

    @GetMapping("/rules/{id}")
    String rule(@PathVariable String id, @RequestParam(defaultValue = "0") int version, Model model) {
        var rule = parse(id);
        var activity = book.activity(rule).orElseThrow(Problems.missing("There is no rule " + id + "."));
        List<StoredRule> versions = store.versions(rule);
        var shown = shown(rule, version, activity);
        Optional<StoredRule> live = versions.stream()
                .filter(each -> each.state() == StoredRule.State.LIVE)
                .findFirst();
        var compiled = book.check(shown.source()).rules().stream().findFirst();
        model.addAttribute("row", Row.of(activity));
        model.addAttribute("activity", activity);
        model.addAttribute("versions", versions);
        model.addAttribute("shown", shown);
        model.addAttribute("definition", compiled.map(CompiledRule::definition).orElse(activity.live()));
        model.addAttribute("lines", Highlight.lines(shown.source()));
        model.addAttribute(
                "diff",
                live.filter(running -> running.version() != shown.version())
                        .map(running -> Diff.of(running.source(), shown.source()))
                        .orElse(null));
        model.addAttribute("liveVersion", live.map(StoredRule::version).orElse(0));
        addSeries(compiled, model);
        addFirings(rule, model);
        return "rule/rule";
    }

    private StoredRule shown(RuleId rule, int version, RuleBook.Activity activity) {
        RuleDefinition live = activity.live();
        int wanted = version != 0
                ? version
                : live != null ? live.version() : activity.newest().version();
        if (wanted == activity.newest().version()) {
            return activity.newest();
        }
        return store.find(rule, wanted)
                .orElseThrow(Problems.missing("Rule %s has no version %d.".formatted(rule, wanted)));
    }

    private void addSeries(Optional<CompiledRule> compiled, Model model) {
        var selectors = compiled.map(CompiledRule::selectors).orElse(List.of());
        var found = new LinkedHashMap<Fingerprint, SeriesView>();
        for (var selector : selectors) {
            catalog.find(selector, MAX_SERIES)
                    .forEach(view -> found.put(view.series().fingerprint(), view));
        }
        model.addAttribute("selectors", selectors);
        model.addAttribute(
                "matched", selectors.stream().mapToInt(catalog::count).sum());
        model.addAttribute("series", found.values().stream().limit(MAX_SERIES).toList());
    }

    private void addFirings(RuleId rule, Model model) {
        var query = new AlertQuery(EnumSet.allOf(Status.class), Severity.LOW, rule, AlertQuery.MAX_LIMIT);
        model.addAttribute(
                "firings",
                alerts.find(query).stream()
                        .sorted(Comparator.comparing(Alert::changedAt).reversed())
                        .limit(MAX_FIRINGS)
                        .toList());
    }

    @PostMapping("/rules/{id}/publish")
    String publish(@PathVariable String id, @RequestParam int version, RedirectAttributes redirect) {
        viewer.require(Role.AUTHOR);
        try {
            book.publish(parse(id), version, viewer.name());
        } catch (NoSuchElementException missing) {
            throw Problems.missing("Rule %s has no version %d.".formatted(id, version))
                    .get();
        }
        Notice.good(redirect, "Version " + version + " is live.");
        return "redirect:/rules/" + parse(id);
    }

    @PostMapping("/rules/{id}/withdraw")
    String withdraw(@PathVariable String id, RedirectAttributes redirect) {
        viewer.require(Role.AUTHOR);
        boolean was = book.withdraw(parse(id), viewer.name());
        Notice.good(redirect, was ? "Withdrawn. Its open alerts resolve; its versions stay." : "It was not live.");
        return "redirect:/rules/" + parse(id);
    }

    static RuleId parse(String id) {
        try {
            return new RuleId(id);
        } catch (IllegalArgumentException wrong) {
            throw Problems.missing("There is no rule " + id + ".").get();
        }
    }
}
