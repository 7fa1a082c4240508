package tocsin.notifiers.console;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import tocsin.notifiers.common.CheckedNotifier;
import tocsin.notifiers.common.Form;
import tocsin.notifiers.common.Values;
import tocsin.notify.Delivery;
import tocsin.notify.Message;

/** Writes each message to Tocsin's own log, as one block that is easy to find. Needs no settings. */
public final class ConsoleNotifier extends CheckedNotifier {
    private static final String RULER = "─".repeat(78);

    private final Consumer<String> console;

    public ConsoleNotifier() {
        this(LoggerFactory.getLogger(ConsoleNotifier.class)::info);
    }

    ConsoleNotifier(Consumer<String> console) {
        super("console", Form.builder().build());
        this.console = console;
    }

    @Override
    protected Delivery deliver(Values settings, Message message, @Nullable String earlier) {
        console.accept(block(message));
        return new Delivery.Delivered("");
    }

    private static String block(Message message) {
        var text = new StringBuilder("\n").append(RULER).append('\n');
        line(text, heading(message.kind()) + "  " + message.title());
        message.body().lines().forEach(line -> line(text, line));
        int width =
                message.facts().keySet().stream().mapToInt(String::length).max().orElse(0);
        message.facts().forEach((name, value) -> line(text, name + " ".repeat(width - name.length() + 2) + value));
        line(text, "Look    " + message.link());
        line(text, "Because " + message.reason());
        return text.append(RULER).toString();
    }

    private static String heading(Message.Kind kind) {
        return switch (kind) {
            case FIRING -> "🔔 FIRING";
            case ESCALATED -> "🔔 STILL FIRING, nobody answered";
            case ACKNOWLEDGED, RESOLVED, TEST -> kind.name();
            case HEAL -> "REPAIR";
        };
    }

    /** Whatever a label holds, it stays on its line and cannot steer a terminal. */
    private static void line(StringBuilder text, String line) {
        String clean = line.replaceAll("\\p{Cntrl}+", " ");
        if (!clean.isBlank()) {
            text.append("  ").append(clean.stripTrailing()).append('\n');
        }
    }
}
