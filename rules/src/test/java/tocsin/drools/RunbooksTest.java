package tocsin.drools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who is woken by a bundled rule finds a section that helps. */
class RunbooksTest {
    private static final Path PROJECT = Path.of("..");
    private static final Pattern SECTION = Pattern.compile("^## (.+)\n((?:(?!## ).*\n?)*)", Pattern.MULTILINE);
    private static final Pattern LINK = Pattern.compile("]\\(#([^)]+)\\)");

    /** Sections by their anchor. Headings are as rules are named, so that the anchor is the heading itself. */
    private static Map<String, String> sections(String file) throws IOException {
        var sections = new LinkedHashMap<String, String>();
        SECTION.matcher(Files.readString(PROJECT.resolve(file)))
                .results()
                .forEach(section -> sections.put(section.group(1), section.group(2)));
        return sections;
    }

    @Test
    void eachRuleHasItsSectionAndEachSectionItsRule() throws IOException {
        var wanted = new TreeSet<String>();
        for (var pack : RulePacks.bundled()) {
            for (var rule : pack.rules()) {
                var definition = new DroolsRuleEngine()
                        .compile(rule.source())
                        .rules()
                        .getFirst()
                        .definition();
                wanted.add(String.valueOf(definition.runbook()));
                assertThat(definition.runbook())
                        .isEqualTo("docs/runbooks/" + rule.id().value().replaceFirst("\\.", ".md#"));
            }
        }
        var there = new TreeSet<String>();
        try (Stream<Path> files = Files.list(PROJECT.resolve("docs/runbooks"))) {
            for (Path file : files.toList()) {
                String name = "docs/runbooks/" + file.getFileName();
                sections(name).keySet().forEach(anchor -> there.add(name + "#" + anchor));
            }
        }
        assertThat(there).isEqualTo(wanted);
    }

    @Test
    void eachSectionSaysWhatItMeansWhereToLookWhatToDoAndWhenToIgnoreIt() throws IOException {
        for (String file : new String[] {"host", "tocsin", "janus"}) {
            var sections = sections("docs/runbooks/" + file + ".md");
            sections.forEach((anchor, text) -> {
                assertThat(text).as(file + "#" + anchor).contains("**Means.**", "**Look.**", "**Do.**", "**Ignore.**");
                assertThat(LINK.matcher(text).results().map(link -> link.group(1)))
                        .as("links of " + file + "#" + anchor)
                        .allSatisfy(target -> assertThat(sections).containsKey(target));
            });
        }
    }
}
