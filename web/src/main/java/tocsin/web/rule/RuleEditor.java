package tocsin.web.rule;

import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import tocsin.access.Role;
import tocsin.rule.Compilation;
import tocsin.rule.InvalidRuleException;
import tocsin.rule.Problem;
import tocsin.rule.RuleBook;
import tocsin.rule.RuleId;
import tocsin.rule.RuleStore;
import tocsin.rule.SeriesCatalog;
import tocsin.rule.StoredRule;
import tocsin.web.page.Notice;
import tocsin.web.page.PageController;
import tocsin.web.page.Problems;
import tocsin.web.page.Viewer;

/** Where rules are written: check says what is wrong and where, save keeps a draft, publish makes it live. */
@PageController
class RuleEditor {
    /** Longer texts are refused before anybody parses them. */
    private static final int MAX_SOURCE = 100_000;

    private static final String TEMPLATE = """
            rule "team.something-is-wrong"
                @severity(high)
                @for("5m")
                @summary("Something is wrong on {{instance}}: {{value}}")
            when
                $s : Series(metric == "my_metric", avg("5m") > 100)
            then
                raise($s);
            end
            """;

    private final RuleBook book;
    private final RuleStore store;
    private final SeriesCatalog catalog;
    private final Viewer viewer;

    RuleEditor(RuleBook book, RuleStore store, SeriesCatalog catalog, Viewer viewer) {
        this.book = book;
        this.store = store;
        this.catalog = catalog;
        this.viewer = viewer;
    }

    /**
     * What is being edited.
     *
     * @param id empty for a new rule
     * @param baseVersion the version that was the starting point, 0 for a new rule
     */
    record Draft(String id, int baseVersion, String source, String reason) {
        public String title() {
            return id.isEmpty() ? "New rule" : id;
        }
    }

    /**
     * What is wrong, with the line it is in.
     *
     * @param before the line up to the column
     * @param after the line from the column on
     */
    record Mark(Problem problem, String before, String after) {
        static Mark of(Problem problem, String source) {
            List<String> lines = source.lines().toList();
            String line = problem.line() >= 1 && problem.line() <= lines.size() ? lines.get(problem.line() - 1) : "";
            int column = Math.clamp(problem.column() - 1L, 0, line.length());
            return new Mark(problem, line.substring(0, column), line.substring(column));
        }
    }

    /** One rule of a text that is well. */
    record Checked(String name, String severity, int series) {}

    @GetMapping("/rules/new")
    ModelAndView fresh(@RequestParam(defaultValue = "") String metric) {
        viewer.require(Role.AUTHOR);
        String source =
                metric.matches("[A-Za-z_:][A-Za-z0-9_:]{0,200}") ? TEMPLATE.replace("my_metric", metric) : TEMPLATE;
        return page(new Draft("", 0, source, ""), HttpStatus.OK);
    }

    @GetMapping("/rules/{id}/edit")
    ModelAndView edit(@PathVariable String id, @RequestParam(defaultValue = "0") int version) {
        viewer.require(Role.AUTHOR);
        var rule = RulePages.parse(id);
        var base = (version == 0 ? store.versions(rule).stream().findFirst() : store.find(rule, version))
                .orElseThrow(Problems.missing("There is no such version of rule " + id + "."));
        return page(new Draft(id, base.version(), base.source(), ""), HttpStatus.OK);
    }

    /** Check alone changes nothing, so it answers with the page itself. */
    @PostMapping(path = "/rules/edit", params = "do=check")
    ModelAndView check(
            @RequestParam(defaultValue = "") String id,
            @RequestParam(defaultValue = "0") int base,
            @RequestParam String source,
            @RequestParam(defaultValue = "") String reason) {
        viewer.require(Role.AUTHOR);
        var page = page(new Draft(id, base, plain(source), reason), HttpStatus.OK);
        return addCheck(page, plain(source), id);
    }

    @PostMapping(path = "/rules/edit", params = "do=save")
    Object save(
            @RequestParam(defaultValue = "") String id,
            @RequestParam(defaultValue = "0") int base,
            @RequestParam String source,
            @RequestParam(defaultValue = "") String reason,
            RedirectAttributes redirect) {
        viewer.require(Role.AUTHOR);
        var draft = new Draft(id, base, plain(source), reason.strip());
        var checked = check(draft.source());
        if (!checked.ok() || checked.rules().size() != 1) {
            return addCheck(page(draft, HttpStatus.UNPROCESSABLE_CONTENT), draft.source(), id);
        }
        var name = id.isEmpty() ? checked.rules().getFirst().definition().id() : RulePages.parse(id);
        return id.isEmpty() && !store.versions(name).isEmpty() ? taken(draft, name) : store(draft, name, redirect);
    }

    private ModelAndView taken(Draft draft, RuleId name) {
        var page = page(draft, HttpStatus.UNPROCESSABLE_CONTENT);
        var problem = new Problem(1, 1, "there is a rule " + name + " already: edit that one, or choose another name");
        return page.addObject("marks", List.of(Mark.of(problem, draft.source())));
    }

    private Object store(Draft draft, RuleId name, RedirectAttributes redirect) {
        try {
            var saved = book.save(name, StoredRule.Form.DRL, draft.source(), viewer.name(), draft.reason());
            Notice.good(
                    redirect,
                    saved.state() == StoredRule.State.LIVE
                            ? "Nothing has changed: this text is live as version " + saved.version() + "."
                            : "Draft " + saved.version() + " is saved. Publish it to make it run.");
            return "redirect:/rules/" + name + "?version=" + saved.version();
        } catch (InvalidRuleException refused) {
            var page = page(draft, HttpStatus.UNPROCESSABLE_CONTENT);
            return page.addObject("marks", marks(refused.problems(), draft.source()));
        }
    }

    private Compilation check(String source) {
        if (source.length() > MAX_SOURCE) {
            var problem = new Problem(1, 1, "the text has more than %d characters: split it".formatted(MAX_SOURCE));
            return new Compilation(List.of(), List.of(problem));
        }
        return book.check(source);
    }

    private ModelAndView addCheck(ModelAndView page, String source, String id) {
        var checked = check(source);
        if (!checked.ok()) {
            return page.addObject("marks", marks(checked.problems(), source));
        }
        if (checked.rules().size() != 1) {
            String text = "the text holds %d rules, and here it has to be one"
                    .formatted(checked.rules().size());
            return page.addObject("marks", marks(List.of(new Problem(1, 1, text)), source));
        }
        var rule = checked.rules().getFirst();
        if (!id.isEmpty() && !rule.definition().id().value().equals(id)) {
            String text = "the text names the rule \"%s\", and this is \"%s\""
                    .formatted(rule.definition().id(), id);
            return page.addObject("marks", marks(List.of(new Problem(1, 1, text)), source));
        }
        int series = rule.selectors().stream().mapToInt(catalog::count).sum();
        var definition = rule.definition();
        return page.addObject(
                "checked",
                new Checked(definition.id().value(), definition.severity().label(), series));
    }

    private static List<Mark> marks(List<Problem> problems, String source) {
        return problems.stream().map(problem -> Mark.of(problem, source)).toList();
    }

    private static ModelAndView page(Draft draft, HttpStatus status) {
        var page = new ModelAndView("rule/edit");
        page.setStatus(status);
        page.addObject("draft", draft);
        return page;
    }

    /** Browsers send CRLF. */
    private static String plain(String source) {
        return source.replace("\r\n", "\n");
    }
}
