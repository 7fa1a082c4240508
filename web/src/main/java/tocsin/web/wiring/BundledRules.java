package tocsin.web.wiring;

import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tocsin.drools.RulePacks;
import tocsin.rule.RuleStore;
import tocsin.rule.StoredRule;

/**
 * Brings the rule packs into the store. A rule that is new is published; one whose bundled text has changed becomes a
 * draft when a person has touched it, and is published when nobody has.
 */
final class BundledRules {
    private static final Logger log = LoggerFactory.getLogger(BundledRules.class);
    private static final String AUTHOR = "pack ";

    private BundledRules() {}

    static void importInto(RuleStore rules) {
        for (var pack : RulePacks.bundled()) {
            int changed = 0;
            for (var rule : pack.rules()) {
                changed += importRule(rules, pack.name(), rule) ? 1 : 0;
            }
            if (changed > 0) {
                log.info("Rules of the pack {}: {} new or changed", pack.name(), changed);
            }
        }
    }

    private static boolean importRule(RuleStore rules, String pack, RulePacks.PackedRule rule) {
        String author = AUTHOR + pack;
        var versions = rules.versions(rule.id());
        if (versions.stream().anyMatch(version -> version.source().equals(rule.source()))) {
            return false; // it came in before; what people did with it since is theirs
        }
        var people = versions.stream()
                .map(StoredRule::author)
                .filter(name -> !name.startsWith(AUTHOR))
                .collect(Collectors.toSet());
        boolean withdrawn =
                !versions.isEmpty() && versions.stream().noneMatch(version -> version.state() == StoredRule.State.LIVE);
        var saved = rules.save(rule.id(), StoredRule.Form.DRL, rule.source(), author, "Comes with Tocsin");
        if (people.isEmpty() && !withdrawn) {
            rules.publish(rule.id(), saved.version(), author);
        }
        return true;
    }
}
