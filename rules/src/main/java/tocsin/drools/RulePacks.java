package tocsin.drools;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tocsin.rule.CompiledRule;
import tocsin.rule.InvalidRuleException;
import tocsin.rule.RuleId;

/** The rules that come with the product, to be imported when it starts for the first time. */
public final class RulePacks {
    private static final String FOLDER = "/tocsin/rules/";

    /** Listed, because the entries of a folder cannot be listed inside every kind of jar. */
    private static final List<Contents> PACKS = List.of(
            new Contents("host", List.of("cpu", "memory", "disk", "network")),
            new Contents("tocsin", List.of("detection", "storage", "delivery")),
            new Contents("janus", List.of("service", "cost", "stores")));

    private RulePacks() {}

    private record Contents(String name, List<String> files) {}

    /**
     * A set of rules about one thing.
     *
     * @param name {@code host}, {@code tocsin} or {@code janus}
     */
    public record Pack(String name, List<PackedRule> rules) {
        public Pack {
            rules = List.copyOf(rules);
        }
    }

    /**
     * One rule of a pack.
     *
     * @param source its own text, comment included, which compiles alone
     */
    public record PackedRule(RuleId id, String source) {}

    /** Every pack, in the order in which people should meet them. */
    public static List<Pack> bundled() {
        var engine = new DroolsRuleEngine();
        return PACKS.stream().map(contents -> read(engine, contents)).toList();
    }

    private static Pack read(DroolsRuleEngine engine, Contents contents) {
        var rules = new ArrayList<PackedRule>();
        for (String file : contents.files()) {
            for (CompiledRule rule : compile(engine, FOLDER + contents.name() + "/" + file + ".drl")) {
                rules.add(
                        new PackedRule(rule.definition().id(), rule.definition().text()));
            }
        }
        return new Pack(contents.name(), rules);
    }

    private static List<CompiledRule> compile(DroolsRuleEngine engine, String resource) {
        var compilation = engine.compile(text(resource));
        if (!compilation.ok()) {
            throw new IllegalStateException(
                    "bundled rules " + resource + " are broken", new InvalidRuleException(compilation.problems()));
        }
        return compilation.rules();
    }

    static String text(String resource) {
        try (InputStream in = RulePacks.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("bundled rules " + resource + " are missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
