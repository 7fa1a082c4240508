package tocsin.notifiers.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tocsin.notifiers.common.LogWatch;
import tocsin.notify.Delivery;
import tocsin.notify.Message.Kind;
import tocsin.notify.Notifier;
import tocsin.notify.NotifierContract;

class ConsoleNotifierTest extends NotifierContract {
    private final List<String> printed = new ArrayList<>();
    private final ConsoleNotifier notifier = new ConsoleNotifier(text -> {
        synchronized (printed) {
            printed.add(text);
        }
    });

    @Override
    protected Notifier notifier() {
        return notifier;
    }

    @Override
    protected Duration timeout() {
        return Duration.ofSeconds(1);
    }

    @Override
    protected Map<String, String> settings() {
        return Map.of();
    }

    @Override
    protected void provide() {}

    @Override
    protected Set<Trouble> troubles() {
        return Set.of(); // a console has no provider
    }

    @Override
    protected void make(Trouble trouble) {}

    @Override
    protected Class<? extends Delivery> expected(Trouble trouble) {
        return Delivery.Delivered.class;
    }

    @Test
    void aPageIsOneBlockThatIsEasyToFind() {
        notifier.send(channel(), message(Kind.FIRING), null);
        String ruler = "─".repeat(78);
        assertThat(printed).containsExactly("\n" + ruler + """

                  🔔 FIRING  [HIGH] checkout.slow: p99 of checkout is 2.1 s
                  avg("5m") was 2.1, limit > 1.5
                  Runbook: docs/runbooks/latency.md
                  severity  high
                  rule      checkout.slow
                  instance  web-1
                  Look    http://localhost:8080/alerts/0123456789abcdef-abc
                  Because Step 1 of the escalation "checkout".
                """.replaceAll("(?m)^(?=\\S)", "  ") + ruler);
    }

    @Test
    void whatLabelsHoldStaysOnItsLine_andCannotSteerATerminal() {
        var facts = Map.of("instance", "web\n[31mFAKE LINE\u001b[2J");
        notifier.send(channel(), message(Kind.FIRING, "title\r\nsecond", facts), null);
        assertThat(printed.getFirst()).doesNotContain("\u001b", "\r").contains("title second", "web [31mFAKE LINE [2J");
    }

    @Test
    void itIsWrittenToTheLog() {
        try (var logs = new LogWatch()) {
            new ConsoleNotifier().send(channel(), message(Kind.RESOLVED), null);
            assertThat(logs.text()).contains("RESOLVED  [HIGH] checkout.slow");
        }
    }
}
