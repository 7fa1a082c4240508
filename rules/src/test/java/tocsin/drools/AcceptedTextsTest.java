package tocsin.drools;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tocsin.rule.CompiledRule;
import tocsin.rule.Demand;
import tocsin.rule.RuleDefinition;
import tocsin.rule.Selector;

/** Text in, model out: which series a condition speaks of, which windows it asks of them, what annotations say. */
class AcceptedTextsTest {
    private static CompiledRule compile(String annotations, String conditions) {
        var compilation = new DroolsRuleEngine()
                .compile("rule \"r\" %s when $s : Series(%s) then raise($s); end".formatted(annotations, conditions));
        assertThat(compilation.problems()).isEmpty();
        return compilation.rules().getFirst();
    }

    /** The window of a demand is shown behind its selector. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '§', quoteCharacter = '\'', textBlock = """
            metric == "a", value > 1                                 § a{}                          §
            value > 1, metric == "a"                                 § a{}                          §
            metric == "a" && value != -1e-3                          § a{}                          §
            metric == "a", label["e"] == "x", value > 1              § a{e="x"}                     §
            metric == "a", label["e"] == "", value > 1               § a{e=""}                      §
            metric == "a", label["e"] != "x", value > 1              § a{e!="x"}                    §
            metric == "a", label["e"] in ("x", "y"), value > 1       § a{e="x"} a{e="y"}            §
            metric == "a", label["e"] in ("x", "x"), value > 1       § a{e="x"}                     §
            metric == "a", label["e"] not in ("y", "x"), value > 1   § a{e!="x", e!="y"}            §
            metric == "a", label["e"] matches "x.*", value > 1       § a{e=~"x.*"}                  §
            metric == "a", label["e"] not matches "(x|y)", value > 1 § a{e!~"(x|y)"}                §
            metric == "a", label["e"] == "x", label["f"] != "y", value > 1 § a{e="x", f!="y"}       §
            metric == "a", avg("5m") > 1                             § a{}                          § a{}avg("5m")
            metric == "a", avg("300s") > 1                           § a{}                          § a{}avg("5m")
            metric == "a", rate("90s") == 0, count("1h30m") >= 4     § a{}                          § a{}count("1h30m") a{}rate("1m30s")
            metric == "a", min("1m") > 1, min("1m") < 9              § a{}                          § a{}min("1m")
            metric == "a", max("24h") < 1 || sum("1d") > 9           § a{}                          § a{}max("1d") a{}sum("1d")
            metric == "a", quantile("10m", 0.99) > 2                 § a{}                          § a{}quantile("10m", 0.99)
            metric == "a", absent("2m")                              § a{}                          § a{}absent("2m")
            metric == "a", absent("2m") == 0                         § a{}                          § a{}absent("2m")
            metric == "a", label["e"] in ("x", "y"), increase("1h") > 0 § a{e="x"} a{e="y"}         § a{e="x"}increase("1h") a{e="y"}increase("1h")
            metric == "a:b_c", /* why */ value >= 0 // so            § a:b_c{}                      §
            """)
    void conditionsBecomeSelectorsAndDemands(String conditions, String selectors, @Nullable String demands) {
        var rule = compile("@severity(low) @summary(\"s\")", conditions.replace("// so", "// so\n"));
        assertThat(rule.selectors().stream().map(Selector::toString).collect(Collectors.joining(" ")))
                .isEqualTo(selectors);
        assertThat(rule.demands().stream().map(AcceptedTextsTest::text).sorted().collect(Collectors.joining(" ")))
                .isEqualTo(demands == null ? "" : demands);
    }

    private static String text(Demand demand) {
        return demand.selector().toString() + demand.window();
    }

    /** Severity, hold, keep-firing, summary, runbook, heal and labels, with a dash for what is not there. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '§', quoteCharacter = '\'', textBlock = """
            @severity(low) @summary("s")                          § LOW PT0S PT0S s null null {}
            @summary("s") @severity(critical)                     § CRITICAL PT0S PT0S s null null {}
            @severity(medium) @for("1m30s") @summary("s")         § MEDIUM PT1M30S PT0S s null null {}
            @severity(high) @keepFiring("7d") @summary("s")       § HIGH PT0S PT168H s null null {}
            @severity(high) @summary("{{a}} is {{value|bytes}}")  § HIGH PT0S PT0S {{a}} is {{value|bytes}} null null {}
            @severity(high) @summary("say \\"hi\\"")              § HIGH PT0S PT0S say "hi" null null {}
            @severity(low) @summary("s") @runbook("docs/r.md#a")  § LOW PT0S PT0S s docs/r.md#a null {}
            @severity(low) @summary("s") @runbook("https://r/a")  § LOW PT0S PT0S s https://r/a null {}
            @severity(low) @summary("s") @heal("restart-db")      § LOW PT0S PT0S s null restart-db {}
            @severity(low) @summary("s") @labels(team = "a")      § LOW PT0S PT0S s null null {team=a}
            """)
    void annotationsBecomeTheDefinition(String annotations, String expected) {
        var definition = compile(annotations, "metric == \"a\", value > 1").definition();
        assertThat(text(definition)).isEqualTo(expected);
    }

    private static String text(RuleDefinition definition) {
        return "%s %s %s %s %s %s %s"
                .formatted(
                        definition.severity(),
                        definition.hold(),
                        definition.keepFiring(),
                        definition.summary(),
                        definition.runbook(),
                        definition.heal(),
                        definition.labels());
    }

    @Test
    void aTextMayHoldSeveralRulesAndEachKeepsItsOwnText() {
        var rules = new DroolsRuleEngine().compile("""
                        // about nothing in particular

                        // why one
                        rule "one" @severity(low) @summary("s") when $a : Series(metric == "a", value > 1) then raise($a); end

                        rule "two" @severity(low) @summary("s") when $b : Series(metric == "b", value > 2) then raise($b); end
                        """).rules();
        assertThat(rules.stream().map(rule -> rule.definition().id().value())).containsExactly("one", "two");
        assertThat(rules.getFirst().definition().text())
                .startsWith("// why one\nrule \"one\"")
                .endsWith("end\n");
        assertThat(rules.getLast().definition().text()).startsWith("rule \"two\"");
    }
}
