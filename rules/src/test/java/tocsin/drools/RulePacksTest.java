package tocsin.drools;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RulePacksTest {
    private final DroolsRuleEngine engine = new DroolsRuleEngine();

    @Test
    void everyRuleCompilesAloneAndKeepsItsName() {
        for (var pack : RulePacks.bundled()) {
            assertThat(pack.rules()).isNotEmpty();
            for (var rule : pack.rules()) {
                var compilation = engine.compile(rule.source());
                assertThat(compilation.problems()).isEmpty();
                assertThat(compilation.rules()).singleElement().satisfies(alone -> {
                    assertThat(alone.definition().id()).isEqualTo(rule.id());
                    assertThat(alone.definition().id().value()).startsWith(pack.name() + ".");
                    assertThat(alone.definition().runbook()).startsWith("docs/runbooks/" + pack.name() + ".md#");
                    assertThat(alone.definition().text()).isEqualTo(rule.source());
                });
            }
        }
    }

    @Test
    void namesAreUniqueAcrossPacks() {
        var ids = RulePacks.bundled().stream()
                .flatMap(pack -> pack.rules().stream())
                .map(RulePacks.PackedRule::id)
                .toList();
        assertThat(ids).doesNotHaveDuplicates();
        assertThat(ids).hasSizeGreaterThan(20);
    }
}
