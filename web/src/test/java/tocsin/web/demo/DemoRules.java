package tocsin.web.demo;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tocsin.label.Matcher;
import tocsin.rule.Compilation;
import tocsin.rule.CompiledRule;
import tocsin.rule.Demand;
import tocsin.rule.Durations;
import tocsin.rule.InvalidRuleException;
import tocsin.rule.Problem;
import tocsin.rule.RuleBook;
import tocsin.rule.RuleDefinition;
import tocsin.rule.RuleId;
import tocsin.rule.RuleStore;
import tocsin.rule.Selector;
import tocsin.rule.SeriesCatalog;
import tocsin.rule.Severity;
import tocsin.rule.StoredRule;

/** Rules in memory. The check understands just enough of a text to find what a tester breaks. */
final class DemoRules implements RuleBook, RuleStore {
    private static final Pattern RULE = Pattern.compile("rule \"([^\"]+)\"");
    private static final Pattern METRIC = Pattern.compile("metric == \"([^\"]+)\"");
    private static final Pattern LABEL = Pattern.compile("label\\[\"([^\"]+)\"] == \"([^\"]+)\"");
    private static final Pattern WRONG = Pattern.compile("\\b(metrik|new|eval|System)\\b");

    private final Map<RuleId, List<StoredRule>> versions = new TreeMap<>();
    private final Map<RuleId, Integer> holding = new LinkedHashMap<>();
    private final Map<RuleId, String> parked = new LinkedHashMap<>();
    private final SeriesCatalog catalog;
    private final InstantSource clock;

    DemoRules(SeriesCatalog catalog, InstantSource clock) {
        this.catalog = catalog;
        this.clock = clock;
    }

    void hold(String rule, int count) {
        holding.put(new RuleId(rule), count);
    }

    void park(String rule, String reason) {
        parked.put(new RuleId(rule), reason);
    }

    private record Compiled(RuleDefinition definition, List<Selector> selectors) implements CompiledRule {
        @Override
        public Set<Demand> demands() {
            return Set.of();
        }

        @Override
        public CompiledRule withVersion(int version) {
            return new Compiled(definition.withVersion(version), selectors);
        }
    }

    @Override
    public Compilation check(String source) {
        var problems = new ArrayList<Problem>();
        var lines = source.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            var wrong = WRONG.matcher(lines.get(i));
            while (wrong.find()) {
                String hint = wrong.group().equals("metrik") ? ", did you mean metric?" : "";
                problems.add(new Problem(
                        i + 1, wrong.start() + 1, "\"" + wrong.group() + "\" is not in the vocabulary" + hint));
            }
        }
        if (!source.contains("raise(") && problems.isEmpty()) {
            problems.add(new Problem(Math.max(1, lines.size()), 1, "the rule ends without raise(...)"));
        }
        var rules = new ArrayList<CompiledRule>();
        var names = RULE.matcher(source);
        while (names.find() && problems.isEmpty()) {
            rules.add(compiled(names.group(1), source));
        }
        return new Compilation(rules, problems);
    }

    private static CompiledRule compiled(String name, String source) {
        var matchers = new ArrayList<Matcher>();
        var labels = LABEL.matcher(source);
        while (labels.find()) {
            matchers.add(Matcher.equal(labels.group(1), labels.group(2)));
        }
        var definition = new RuleDefinition(
                new RuleId(name),
                0,
                Severity.parse(annotation(source, "severity\\((\\w+)\\)", "low")),
                Durations.parse(annotation(source, "for\\(\"([^\"]+)\"\\)", "0s")),
                Duration.ZERO,
                annotation(source, "summary\\(\"([^\"]+)\"\\)", ""),
                annotation(source, "runbook\\(\"([^\"]+)\"\\)", null),
                null,
                Map.of(),
                source);
        String metric = annotation(source, METRIC.pattern(), "nothing");
        return new Compiled(definition, List.of(new Selector(metric, matchers)));
    }

    private static String annotation(String source, String pattern, @Nullable String otherwise) {
        var match = Pattern.compile(pattern).matcher(source);
        return match.find() ? match.group(1) : otherwise;
    }

    @Override
    public synchronized StoredRule save(RuleId id, StoredRule.Form form, String source, String author, String reason) {
        var checked = check(source);
        if (!checked.ok()) {
            throw new InvalidRuleException(checked.problems());
        }
        var known = versions.computeIfAbsent(id, key -> new ArrayList<>());
        if (!known.isEmpty() && known.getFirst().source().equals(source)) {
            return known.getFirst();
        }
        var saved = new StoredRule(
                id, known.size() + 1, form, StoredRule.State.DRAFT, source, author, reason, clock.instant());
        known.addFirst(saved);
        return saved;
    }

    @Override
    public synchronized StoredRule publish(RuleId id, int version, String author) {
        if (find(id, version).isEmpty()) {
            throw new NoSuchElementException(id + " has no version " + version);
        }
        versions.get(id)
                .replaceAll(each -> with(
                        each,
                        each.version() == version
                                ? StoredRule.State.LIVE
                                : each.state() == StoredRule.State.LIVE ? StoredRule.State.RETIRED : each.state()));
        return find(id, version).orElseThrow();
    }

    private static StoredRule with(StoredRule rule, StoredRule.State state) {
        return new StoredRule(
                rule.id(),
                rule.version(),
                rule.form(),
                state,
                rule.source(),
                rule.author(),
                rule.reason(),
                rule.createdAt());
    }

    @Override
    public synchronized boolean withdraw(RuleId id, String author) {
        boolean was = live().stream().anyMatch(rule -> rule.id().equals(id));
        versions.getOrDefault(id, List.of())
                .replaceAll(
                        each -> each.state() == StoredRule.State.LIVE ? with(each, StoredRule.State.RETIRED) : each);
        return was;
    }

    @Override
    public synchronized List<StoredRule> live() {
        return versions.values().stream()
                .flatMap(List::stream)
                .filter(rule -> rule.state() == StoredRule.State.LIVE)
                .toList();
    }

    @Override
    public synchronized List<StoredRule> newest() {
        return versions.values().stream().map(List::getFirst).toList();
    }

    @Override
    public synchronized List<StoredRule> versions(RuleId id) {
        return List.copyOf(versions.getOrDefault(id, List.of()));
    }

    @Override
    public Optional<StoredRule> find(RuleId id, int version) {
        return versions(id).stream().filter(rule -> rule.version() == version).findFirst();
    }

    @Override
    public List<Activity> activities() {
        return newest().stream().map(this::activity).toList();
    }

    @Override
    public Optional<Activity> activity(RuleId id) {
        return newest().stream()
                .filter(rule -> rule.id().equals(id))
                .findFirst()
                .map(this::activity);
    }

    private Activity activity(StoredRule newest) {
        var live = live().stream().filter(rule -> rule.id().equals(newest.id())).findFirst();
        var compiled = live.map(rule -> check(rule.source()).rules().getFirst().withVersion(rule.version()));
        int matched = compiled.map(rule ->
                        rule.selectors().stream().mapToInt(catalog::count).sum())
                .orElse(0);
        boolean evaluated = live.isPresent() && !parked.containsKey(newest.id());
        Instant last = evaluated ? clock.instant().minusMillis(400) : null;
        return new Activity(
                compiled.map(CompiledRule::definition).orElse(null),
                newest,
                matched,
                holding.getOrDefault(newest.id(), 0),
                evaluated ? 18_442 : 0,
                last,
                parked.get(newest.id()));
    }
}
