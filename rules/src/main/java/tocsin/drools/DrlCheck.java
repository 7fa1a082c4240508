package tocsin.drools;

import java.util.List;
import org.drools.drl.ast.descr.PackageDescr;
import org.drools.drl.ast.descr.PatternDescr;
import org.drools.drl.ast.descr.RuleDescr;
import org.drools.drl.parser.DrlParser;
import org.drools.drl.parser.DroolsParserException;
import org.kie.internal.builder.conf.LanguageLevelOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets Drools' own parser read a text that {@link TextReader} has accepted, and compares: what we run must be what
 * Drools, its documentation and its editors understand by the same words. It only ever sees text inside the
 * vocabulary, a few levels deep. On its own it would not do: it stops at the first error, gives lines but seldom
 * columns, and takes a part of a condition for an annotation when a parenthesis is missing.
 */
final class DrlCheck {
    private static final Logger log = LoggerFactory.getLogger(DrlCheck.class);

    private DrlCheck() {}

    static void check(String text, List<DroolsCompiledRule> rules, Problems problems) {
        var parser = new DrlParser(LanguageLevelOption.DRL10);
        try {
            PackageDescr parsed = parser.parse(false, text);
            parser.getErrors()
                    .forEach(error -> problems.add(
                            error.getLines().length == 0 ? 1 : error.getLines()[0],
                            1,
                            "Drools cannot read this line: " + error.getMessage()));
            if (problems.isEmpty()) {
                compare(parsed, rules, problems);
            }
        } catch (DroolsParserException | RuntimeException e) {
            log.warn("Drools' parser failed on a text inside the vocabulary", e);
            problems.add(1, 1, "Drools cannot read this text: " + e.getMessage());
        }
    }

    private static void compare(PackageDescr parsed, List<DroolsCompiledRule> rules, Problems problems) {
        boolean onlyRules = parsed.getImports().isEmpty()
                && parsed.getFunctionImports().isEmpty()
                && parsed.getFunctions().isEmpty()
                && parsed.getGlobals().isEmpty()
                && parsed.getTypeDeclarations().isEmpty()
                && parsed.getEnumDeclarations().isEmpty()
                && parsed.getAttributes().isEmpty();
        if (!onlyRules || parsed.getRules().size() != rules.size()) {
            problems.add(
                    1,
                    1,
                    "Drools reads %d rules here where %d were expected: write each as in docs/rules.md"
                            .formatted(parsed.getRules().size(), rules.size()));
            return;
        }
        for (int i = 0; i < rules.size(); i++) {
            RuleDescr theirs = parsed.getRules().get(i);
            if (!isSame(theirs, rules.get(i))) {
                problems.add(
                        theirs.getLine(),
                        1,
                        "Drools reads rule \"%s\" differently: write it as in docs/rules.md"
                                .formatted(theirs.getName()));
            }
        }
    }

    private static boolean isSame(RuleDescr theirs, DroolsCompiledRule ours) {
        var patterns = theirs.getLhs().getDescrs();
        return theirs.getClass() == RuleDescr.class // a query is a subclass
                && theirs.getName().equals(ours.definition().id().value())
                && theirs.getAttributes().isEmpty()
                && theirs.getNamedConsequences().isEmpty()
                && patterns.size() == ours.model().patterns().size()
                && patterns.getFirst() instanceof PatternDescr pattern
                && isSame(pattern, ours.model().subject())
                && words(String.valueOf(theirs.getConsequence()))
                        .equals(List.of("raise", "(", ours.model().raised(), ")", ";"));
    }

    private static boolean isSame(PatternDescr theirs, SeriesPattern ours) {
        return ours.variable().equals(theirs.getIdentifier())
                && "Series".equals(theirs.getObjectType())
                && theirs.getSource() == null
                && theirs.getBehaviors().isEmpty()
                && !theirs.getDescrs().isEmpty();
    }

    private static List<String> words(String text) {
        var words = Lexer.read(text, new Problems());
        return words.subList(0, words.size() - 1).stream().map(Token::text).toList();
    }
}
