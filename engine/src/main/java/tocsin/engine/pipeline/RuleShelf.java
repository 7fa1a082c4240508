package tocsin.engine.pipeline;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tocsin.rule.Compilation;
import tocsin.rule.CompiledRule;
import tocsin.rule.InvalidRuleException;
import tocsin.rule.Problem;
import tocsin.rule.RuleDefinition;
import tocsin.rule.RuleEngine;
import tocsin.rule.RuleId;
import tocsin.rule.RuleStore;
import tocsin.rule.Severity;
import tocsin.rule.StoredRule;

/** Rules on their way from storage to evaluation: what compiles is run, what does not is reported. */
final class RuleShelf {
    private static final Logger log = LoggerFactory.getLogger(RuleShelf.class);

    private final RuleEngine engine;
    private final RuleStore store;
    private final Map<RuleId, CompiledRule> running = new ConcurrentHashMap<>();
    private final Map<RuleId, Broken> broken = new ConcurrentHashMap<>();

    /** A live version that cannot be run. */
    private record Broken(StoredRule rule, String why) {}

    RuleShelf(RuleEngine engine, RuleStore store) {
        this.engine = engine;
        this.store = store;
    }

    Compilation check(String source) {
        return engine.compile(source);
    }

    RuleStore store() {
        return store;
    }

    /** Compile what is live in storage. */
    void load() {
        for (var rule : store.live()) {
            try {
                put(compiled(rule));
            } catch (InvalidRuleException e) {
                var why = e.problems().stream().map(Problem::toString).collect(Collectors.joining("; "));
                broken.put(rule.id(), new Broken(rule, why));
                log.warn(
                        "Rule {} version {} cannot be run any more, the others are: {}",
                        rule.id(),
                        rule.version(),
                        why);
            }
        }
    }

    void put(CompiledRule rule) {
        running.put(rule.definition().id(), rule);
        broken.remove(rule.definition().id());
    }

    void remove(RuleId id) {
        running.remove(id);
        broken.remove(id);
    }

    /** In the order of names, so that two starts do the same. */
    Collection<CompiledRule> running() {
        return running.values().stream()
                .sorted(Comparator.comparing(rule -> rule.definition().id()))
                .toList();
    }

    /** What is known of rules that are live and cannot be run. */
    Collection<RuleDefinition> brokenDefinitions() {
        var definitions = new ArrayList<RuleDefinition>();
        for (var one : broken.values()) {
            definitions.add(new RuleDefinition(
                    one.rule.id(),
                    one.rule.version(),
                    Severity.HIGH,
                    Duration.ZERO,
                    Duration.ZERO,
                    "",
                    null,
                    null,
                    Map.of(),
                    one.rule.source()));
        }
        return definitions;
    }

    @Nullable RuleDefinition definition(RuleId id) {
        var rule = running.get(id);
        return rule == null ? null : rule.definition();
    }

    @Nullable String whyBroken(RuleId id) {
        var one = broken.get(id);
        return one == null ? null : "it does not compile any more: " + one.why;
    }

    /** Check that a text is one rule of this name. */
    CompiledRule compile(RuleId id, String source) {
        var compilation = engine.compile(source);
        if (!compilation.ok()) {
            throw new InvalidRuleException(compilation.problems());
        }
        var rules = compilation.rules();
        if (rules.size() != 1) {
            throw refused("the text holds %d rules, a rule is stored by itself".formatted(rules.size()));
        }
        var name = rules.getFirst().definition().id();
        if (!name.equals(id)) {
            throw refused("the rule is called \"%s\" in the text, but \"%s\" here".formatted(name, id));
        }
        return rules.getFirst();
    }

    CompiledRule compiled(StoredRule rule) {
        return compile(rule.id(), rule.source()).withVersion(rule.version());
    }

    StoredRule find(RuleId id, int version) {
        return store.find(id, version)
                .orElseThrow(() -> new NoSuchElementException("rule " + id + " has no version " + version));
    }

    private static InvalidRuleException refused(String why) {
        return new InvalidRuleException(List.of(new Problem(1, 1, why)));
    }
}
