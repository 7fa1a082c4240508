package tocsin.drools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/rules.md tells authors is true. */
class RulesPageTest {
    private final DroolsRuleEngine engine = new DroolsRuleEngine();
    private final String page = read();

    private static String read() {
        try {
            return Files.readString(Path.of("../docs/rules.md"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> blocks(String language) {
        return Pattern.compile("^```" + language + "\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(page)
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    /** The code in the first column of each table whose head is this word. */
    private List<String> firstColumn(String head) {
        var tables = Pattern.compile("^\\| " + head + " \\|.*\n\\|[- |]+\n((?:\\|.*\n)+)", Pattern.MULTILINE);
        return tables.matcher(page)
                .results()
                .map(MatchResult::group)
                .flatMap(table -> table.lines().skip(2))
                .map(row ->
                        row.substring(row.indexOf('`') + 1, row.indexOf("` |")).replace("\\|", "|"))
                .toList();
    }

    private static String rule(String annotations, String conditions) {
        return "rule \"r\" %s when $s : Series(%s) then raise($s); end".formatted(annotations, conditions);
    }

    @Test
    void everyRuleCompiles() {
        assertThat(blocks("drl"))
                .isNotEmpty()
                .allSatisfy(text -> assertThat(engine.compile(text).problems()).isEmpty());
    }

    @Test
    void everyConditionCompiles() {
        assertThat(firstColumn("condition")).hasSizeGreaterThan(15).allSatisfy(condition -> {
            String number = condition.startsWith("label") ? ", value > 1" : "";
            String text = rule("@severity(low) @summary(\"s\")", "metric == \"m\", " + condition + number);
            assertThat(engine.compile(text).problems()).as(text).isEmpty();
        });
    }

    @Test
    void everyAnnotationCompiles() {
        assertThat(firstColumn("annotation")).hasSize(7).allSatisfy(annotation -> {
            String severity = annotation.startsWith("@severity") ? "" : "@severity(low) ";
            String summary = annotation.startsWith("@summary") ? "" : "@summary(\"s\") ";
            String text = rule(severity + summary + annotation, "metric == \"m\", value > 1");
            assertThat(engine.compile(text).problems()).as(text).isEmpty();
        });
    }

    @Test
    void whatIsNotPossibleIsRefused() {
        assertThat(firstColumn("not possible")).hasSizeGreaterThan(8).allSatisfy(condition -> {
            String metric = condition.startsWith("metric") ? "" : "metric == \"m\", ";
            String text = rule("@severity(low) @summary(\"s\")", metric + condition);
            assertThat(engine.compile(text).problems()).as(text).isNotEmpty();
        });
    }

    @Test
    void theTestComesTrue() {
        var rules = engine.compile(blocks("drl").getFirst()).rules();
        var cases = RuleTestFile.read(blocks("yaml").getFirst()).cases();
        assertThat(cases)
                .hasSize(1)
                .allSatisfy(test -> assertThat(RuleTestRun.play(rules, test)).isEmpty());
    }
}
