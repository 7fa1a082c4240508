package tocsin.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import tocsin.rule.StoredRule.Form;
import tocsin.rule.StoredRule.State;

/** What every {@link RuleStore} promises. */
public abstract class RuleStoreContract {
    private static final RuleId CPU = new RuleId("host.cpu");
    private static final RuleId DISK = new RuleId("host.disk");

    /** A store that is empty when a test begins. */
    protected abstract RuleStore store();

    @Test
    void draftsAreNumberedForEachRule() {
        StoredRule first = store().save(CPU, Form.DRL, "one", "ada", "because");
        assertThat(first.version()).isEqualTo(1);
        assertThat(first.state()).isEqualTo(State.DRAFT);
        assertThat(store().save(CPU, Form.DRL, "two", "ada", "").version()).isEqualTo(2);
        assertThat(store().save(DISK, Form.DRL, "one", "ada", "").version()).isEqualTo(1);
        assertThat(store().find(CPU, 1)).contains(first);
        assertThat(store().versions(CPU)).extracting(StoredRule::version).containsExactly(2, 1);
        assertThat(store().newest()).extracting(StoredRule::source).containsExactly("two", "one");
        assertThat(store().live()).isEmpty();
    }

    @Test
    void theSameSourceAgainMakesNoVersion() {
        StoredRule first = store().save(CPU, Form.DRL, "one", "ada", "");
        assertThat(store().save(CPU, Form.DRL, "one", "bob", "again")).isEqualTo(first);
        store().save(CPU, Form.DRL, "two", "ada", "");
        assertThat(store().save(CPU, Form.DRL, "one", "ada", "back").version()).isEqualTo(3);
    }

    @Test
    void oneVersionIsLive() {
        store().save(CPU, Form.DRL, "one", "ada", "");
        store().save(CPU, Form.DRL, "two", "ada", "");
        assertThat(store().publish(CPU, 1, "ada").state()).isEqualTo(State.LIVE);
        assertThat(store().publish(CPU, 2, "ada").state()).isEqualTo(State.LIVE);
        assertThat(store().live()).extracting(StoredRule::version).containsExactly(2);
        assertThat(store().find(CPU, 1).orElseThrow().state()).isEqualTo(State.RETIRED);
        assertThat(store().publish(CPU, 1, "ada").state())
                .as("back to an old one")
                .isEqualTo(State.LIVE);
        assertThat(store().live()).extracting(StoredRule::version).containsExactly(1);
    }

    @Test
    void whatIsNotThereCannotBePublished() {
        store().save(CPU, Form.DRL, "one", "ada", "");
        assertThatThrownBy(() -> store().publish(CPU, 2, "ada")).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(() -> store().publish(DISK, 1, "ada")).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void withdrawingKeepsTheVersions() {
        store().save(CPU, Form.DRL, "one", "ada", "");
        store().publish(CPU, 1, "ada");
        assertThat(store().withdraw(CPU, "ada")).isTrue();
        assertThat(store().withdraw(CPU, "ada")).isFalse();
        assertThat(store().live()).isEmpty();
        assertThat(store().versions(CPU)).hasSize(1);
    }
}
