package tocsin.web.rule;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.security.Principal;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tocsin.rule.Problem;
import tocsin.rule.RuleBook;
import tocsin.rule.RuleId;
import tocsin.rule.StoredRule;

/** Rules for machines: what a person can do on the pages, an API token can do here. */
@RestController
@RequestMapping("/api/v1/rules")
@Tag(name = "Rules")
class RuleApi {
    private final RuleBook rules;

    RuleApi(RuleBook rules) {
        this.rules = rules;
    }

    /**
     * A rule's text as it is sent in.
     *
     * @param form {@code drl}; that is also the default
     * @param reason why it changes, kept with the version
     */
    record Text(
            @Nullable String form, String source, @Nullable String reason) {}

    /** A rule, its newest version, and what it is doing. */
    record View(
            String name,
            String form,
            int version,
            String state,
            @Nullable Integer liveVersion,
            String source,
            String author,
            String reason,
            Instant createdAt,
            @Nullable String severity,
            int matchedSeries,
            int holding,
            long evaluations,
            @Nullable Instant lastEvaluatedAt,
            @Nullable String parked) {
        static View of(RuleBook.Activity activity) {
            var newest = activity.newest();
            var live = activity.live();
            return new View(
                    newest.id().value(),
                    newest.form().name().toLowerCase(Locale.ROOT),
                    newest.version(),
                    newest.state().name().toLowerCase(Locale.ROOT),
                    live == null ? null : live.version(),
                    newest.source(),
                    newest.author(),
                    newest.reason(),
                    newest.createdAt(),
                    live == null ? null : live.severity().label(),
                    activity.matchedSeries(),
                    activity.holding(),
                    activity.evaluations(),
                    activity.lastEvaluatedAt(),
                    activity.parked());
        }
    }

    /** What a check found. */
    record Checked(boolean ok, List<String> rules, List<Problem> problems) {}

    @GetMapping
    List<View> list() {
        return rules.activities().stream().map(View::of).toList();
    }

    @GetMapping("/{name}")
    View one(@PathVariable String name) {
        return view(new RuleId(name));
    }

    @Operation(
            summary = "Save a draft",
            description = "The text is checked first. It does not run until it is published.")
    @PutMapping("/{name}")
    View save(@PathVariable String name, @RequestBody Text text, Principal caller) {
        var id = new RuleId(name);
        rules.save(
                id, form(text.form()), source(text), caller.getName(), Objects.requireNonNullElse(text.reason(), ""));
        return view(id);
    }

    @Operation(summary = "Stop evaluating a rule", description = "Its open alerts resolve. Versions are kept.")
    @DeleteMapping("/{name}")
    ResponseEntity<Void> withdraw(@PathVariable String name, Principal caller) {
        var id = new RuleId(name);
        view(id);
        rules.withdraw(id, caller.getName());
        return ResponseEntity.noContent().build();
    }

    @Operation(summary = "Check a text", description = "Nothing is stored. Problems come with line and column.")
    @PostMapping("/check")
    Checked check(@RequestBody Text text) {
        form(text.form());
        var compilation = rules.check(source(text));
        return new Checked(
                compilation.ok(),
                compilation.rules().stream()
                        .map(rule -> rule.definition().id().value())
                        .toList(),
                compilation.problems());
    }

    @Operation(summary = "Make a version live", description = "The newest one unless a version is given.")
    @PostMapping("/{name}/publish")
    View publish(@PathVariable String name, @RequestParam @Nullable Integer version, Principal caller) {
        var id = new RuleId(name);
        int wanted = version == null ? view(id).version() : version;
        rules.publish(id, wanted, caller.getName());
        return view(id);
    }

    private View view(RuleId id) {
        return rules.activity(id)
                .map(View::of)
                .orElseThrow(() -> new NoSuchElementException("there is no rule \"" + id + "\""));
    }

    private static String source(Text text) {
        if (text.source() == null || text.source().isBlank()) {
            throw new IllegalArgumentException("\"source\" is missing: send the rule's text");
        }
        return text.source();
    }

    private static StoredRule.Form form(@Nullable String form) {
        if (form == null || form.equals("drl")) {
            return StoredRule.Form.DRL;
        }
        throw new IllegalArgumentException("form \"" + form + "\" is not known; use drl");
    }
}
