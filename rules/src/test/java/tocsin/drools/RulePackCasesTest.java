package tocsin.drools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tocsin.rule.CompiledRule;

/** Plays the {@code .test.yaml} beside each file of rules. */
class RulePackCasesTest {
    private static final Path PACKS = Path.of("src/main/resources/tocsin/rules");

    private record Tested(Path file, List<CompiledRule> rules, RuleTestFile tests) {}

    private static List<Tested> all() throws IOException {
        try (Stream<Path> files = Files.walk(PACKS)) {
            return files.filter(file -> file.toString().endsWith(".drl"))
                    .sorted()
                    .map(RulePackCasesTest::read)
                    .toList();
        }
    }

    private static Tested read(Path drl) {
        var beside = Path.of(drl.toString().replaceAll("\\.drl$", ".test.yaml"));
        try {
            var compilation = new DroolsRuleEngine().compile(Files.readString(drl));
            assertThat(compilation.problems()).as(drl.toString()).isEmpty();
            return new Tested(drl, compilation.rules(), RuleTestFile.read(Files.readString(beside)));
        } catch (IOException | IllegalArgumentException e) {
            throw new AssertionError(beside + ": " + e.getMessage(), e);
        }
    }

    @TestFactory
    Stream<DynamicNode> eachCaseComesTrue() throws IOException {
        return all().stream()
                .map(tested -> DynamicContainer.dynamicContainer(
                        PACKS.relativize(tested.file()).toString(),
                        tested.tests().cases().stream().map(test -> play(tested, test))));
    }

    private static DynamicNode play(Tested tested, RuleTestFile.Case test) {
        return DynamicTest.dynamicTest(
                test.name(),
                () -> assertThat(RuleTestRun.play(tested.rules(), test)).isEmpty());
    }

    @Test
    void eachRuleFiresSomewhereAndElsewhereSeesItsSeriesAndStaysQuiet() throws IOException {
        var neverFires = new TreeSet<String>();
        var neverQuiet = new TreeSet<String>();
        for (var tested : all()) {
            for (var rule : tested.rules()) {
                String id = rule.definition().id().value();
                if (!anywhere(tested, (_, expectation) -> mentions(expectation.firing(), id))) {
                    neverFires.add(id);
                }
                if (!anywhere(tested, (test, expectation) -> isQuiet(rule, test, expectation))) {
                    neverQuiet.add(id);
                }
            }
        }
        assertThat(neverFires).as("rules without a case in which they fire").isEmpty();
        assertThat(neverQuiet)
                .as("rules without a case in which they stay quiet")
                .isEmpty();
    }

    private static boolean anywhere(Tested tested, BiPredicate<RuleTestFile.Case, RuleTestFile.Expectation> holds) {
        return tested.tests().cases().stream()
                .anyMatch(test -> test.expectations().stream().anyMatch(expectation -> holds.test(test, expectation)));
    }

    private static boolean mentions(List<RuleTestFile.Expected> alerts, String rule) {
        return alerts.stream().anyMatch(alert -> alert.rule().equals(rule));
    }

    /** The rule is about a series that has samples by then, and says nothing of it. */
    private static boolean isQuiet(CompiledRule rule, RuleTestFile.Case test, RuleTestFile.Expectation expectation) {
        return test.series().stream()
                .filter(input -> rule.selectors().stream()
                        .anyMatch(selector -> selector.matches(input.series().labels())))
                .filter(input -> test.interval()
                                .multipliedBy(input.points().getFirst().index())
                                .compareTo(expectation.at())
                        <= 0)
                .anyMatch(input -> Stream.concat(expectation.firing().stream(), expectation.pending().stream())
                        .noneMatch(alert -> alert.rule()
                                        .equals(rule.definition().id().value())
                                && alert.labels().equals(input.series().labels().withoutMetric())));
    }
}
