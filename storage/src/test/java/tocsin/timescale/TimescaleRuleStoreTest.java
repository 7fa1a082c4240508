package tocsin.timescale;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tocsin.rule.RuleId;
import tocsin.rule.RuleStore;
import tocsin.rule.RuleStoreContract;
import tocsin.rule.StoredRule;

class TimescaleRuleStoreTest extends RuleStoreContract {
    private static StoresFixture fixture;

    @BeforeAll
    static void open() {
        fixture = new StoresFixture();
    }

    @AfterAll
    static void close() {
        fixture.close();
    }

    @BeforeEach
    void empty() {
        fixture.empty();
    }

    @Override
    protected RuleStore store() {
        return fixture.stores.rules();
    }

    @Test
    void everyChangeLeavesATrace() {
        var rule = new RuleId("host.cpu");
        store().save(rule, StoredRule.Form.DRL, "one", "ada", "because");
        store().publish(rule, 1, "bob");
        store().withdraw(rule, "eve");
        assertThat(fixture.stores.audit().latest(10))
                .extracting(
                        entry -> entry.actor() + " " + entry.action() + " " + entry.subject() + " " + entry.detail())
                .containsExactly(
                        "eve rule.withdraw host.cpu ",
                        "bob rule.publish host.cpu version 1",
                        "ada rule.save host.cpu version 1: because");
    }

    @Test
    void twoAuthorsAtOnceMakeTwoVersions() throws Exception {
        var rule = new RuleId("host.cpu");
        try (var executor = Executors.newFixedThreadPool(4)) {
            var saved = IntStream.range(0, 20)
                    .mapToObj(
                            i -> executor.submit(() -> store().save(rule, StoredRule.Form.DRL, "source " + i, "ada", "")
                                    .version()))
                    .toList();
            for (var version : saved) {
                assertThat(version.get(20, TimeUnit.SECONDS)).isPositive();
            }
        }
        assertThat(store().versions(rule)).hasSize(20);
    }
}
