package tocsin.rule;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;

/** Rules in memory, for tests. */
public final class InMemoryRuleStore implements RuleStore {
    private final InstantSource clock;
    private final Map<RuleId, List<StoredRule>> versions = new TreeMap<>();

    public InMemoryRuleStore(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public synchronized StoredRule save(RuleId id, StoredRule.Form form, String source, String author, String reason) {
        var known = versions.computeIfAbsent(id, _ -> new ArrayList<>());
        if (!known.isEmpty() && known.getLast().source().equals(source)) {
            return known.getLast();
        }
        var draft = new StoredRule(
                id, known.size() + 1, form, StoredRule.State.DRAFT, source, author, reason, clock.instant());
        known.add(draft);
        return draft;
    }

    @Override
    public synchronized StoredRule publish(RuleId id, int version, String author) {
        var wanted = find(id, version)
                .orElseThrow(() -> new NoSuchElementException("rule " + id + " has no version " + version));
        retire(id);
        return put(wanted, StoredRule.State.LIVE);
    }

    @Override
    public synchronized boolean withdraw(RuleId id, String author) {
        return retire(id);
    }

    private boolean retire(RuleId id) {
        var live = live().stream().filter(rule -> rule.id().equals(id)).findFirst();
        live.ifPresent(rule -> put(rule, StoredRule.State.RETIRED));
        return live.isPresent();
    }

    private StoredRule put(StoredRule rule, StoredRule.State state) {
        var changed = new StoredRule(
                rule.id(),
                rule.version(),
                rule.form(),
                state,
                rule.source(),
                rule.author(),
                rule.reason(),
                rule.createdAt());
        versions.getOrDefault(rule.id(), List.of()).set(rule.version() - 1, changed);
        return changed;
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
        return versions.values().stream().map(List::getLast).toList();
    }

    @Override
    public synchronized List<StoredRule> versions(RuleId id) {
        return List.copyOf(versions.getOrDefault(id, List.of())).reversed();
    }

    @Override
    public synchronized Optional<StoredRule> find(RuleId id, int version) {
        return versions(id).stream().filter(rule -> rule.version() == version).findFirst();
    }
}
