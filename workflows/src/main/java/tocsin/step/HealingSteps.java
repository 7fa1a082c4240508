package tocsin.step;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.flowable.engine.delegate.DelegateExecution;
import org.jspecify.annotations.Nullable;
import tocsin.alert.Alert;
import tocsin.notify.Channel;
import tocsin.notify.ChannelStore;
import tocsin.notify.Message.Kind;
import tocsin.notify.Outbox;
import tocsin.rule.Durations;
import tocsin.rule.RuleId;

/** The steps of {@code self-healing.bpmn20.xml}. */
public final class HealingSteps {
    /** The key of the call that the run waits for. */
    public static final String CALL = "call";
    /** Whether that call succeeded. */
    public static final String SUCCEEDED = "succeeded";
    /** What the channel answered. */
    public static final String DETAIL = "detail";
    /** The rule whose alert was repaired, set once the channel was called. */
    public static final String REPAIRED_RULE = "repairedRule";

    private static final String REFUSED = "refused";

    private final ChannelStore channels;
    private final Outbox outbox;
    private final HealingSettings settings;
    private final Repairs repairs;
    private final Context context;
    private final MessageWriter writer;
    private final MeterRegistry meters;

    public HealingSteps(
            ChannelStore channels,
            Outbox outbox,
            HealingSettings settings,
            Repairs repairs,
            Context context,
            MessageWriter writer,
            MeterRegistry meters) {
        this.channels = channels;
        this.outbox = outbox;
        this.settings = settings;
        this.repairs = repairs;
        this.context = context;
        this.writer = writer;
        this.meters = meters;
    }

    /** Counts the repairs of a rule. */
    @FunctionalInterface
    public interface Repairs {
        /** How many calls were made for alerts of this rule within this time up to now. */
        long count(RuleId rule, Duration within);
    }

    /** Find out what speaks against a repair, if anything. */
    public void check(DelegateExecution execution) {
        var alert = context.alert(execution);
        String against = against(alert);
        if (against != null) {
            execution.setVariable(REFUSED, against);
            count("refused");
        }
    }

    private @Nullable String against(Alert alert) {
        if (channel(alert).isEmpty()) {
            return "the channel " + alert.heal() + " is not there or not enabled";
        }
        long before = repairs.count(alert.rule(), HealingSettings.WINDOW);
        return before < settings.perHour() ? null : "this rule was repaired " + before + " times in the last hour";
    }

    public boolean isAllowed(DelegateExecution execution) {
        return !execution.hasVariable(REFUSED);
    }

    /** Call the channel, through the outbox. */
    public void act(DelegateExecution execution) {
        var alert = context.alert(execution);
        var channel = channel(alert).orElseThrow(() -> new IllegalStateException("no channel for " + alert.id()));
        var call = writer.write(
                alert,
                "self-healing",
                Kind.HEAL,
                channel.name(),
                List.of(),
                "self-healing: the rule names this channel");
        outbox.enqueue(call);
        execution.setVariable(CALL, call.key());
        execution.setVariable(REPAIRED_RULE, alert.rule().value());
    }

    /** How long a call may take, as ISO 8601 has it. */
    public String callTimeout() {
        return settings.callTimeout().toString();
    }

    /** How long the alert may take to clear once the call has succeeded, as ISO 8601 has it. */
    public String verifyTimeout() {
        return settings.verifyTimeout().toString();
    }

    public boolean hasSucceeded(DelegateExecution execution) {
        return Boolean.TRUE.equals(execution.getVariable(SUCCEEDED));
    }

    /** Whether the alert's own rule has resolved it. */
    public boolean isRepaired(DelegateExecution execution) {
        return context.isByRule(execution);
    }

    /** Say it once, to those who would have been told first. */
    public void repaired(DelegateExecution execution) {
        var alert = context.alert(execution);
        String line =
                "It was repaired by itself: " + alert.heal() + " was called and the alert cleared. Nothing to do.";
        for (var channel : Ladder.of(channels.all(), alert.severity()).first()) {
            outbox.enqueue(writer.write(
                    alert,
                    "self-healing",
                    Kind.RESOLVED,
                    channel.name(),
                    List.of(line),
                    "self-healing: repaired by itself"));
        }
        count("repaired");
    }

    /** What was tried and why it did not help, for those who are told now. */
    public String tried(DelegateExecution execution) {
        String refused = text(execution, REFUSED);
        if (refused != null) {
            return "Self-healing was not tried: " + refused + ".";
        }
        count("failed");
        String channel = context.alert(execution).heal();
        if (!execution.hasVariable(SUCCEEDED)) {
            return "Self-healing failed: %s did not answer within %s."
                    .formatted(channel, Durations.format(settings.callTimeout()));
        }
        if (!hasSucceeded(execution)) {
            return "Self-healing failed: the call of %s ended with: %s".formatted(channel, text(execution, DETAIL));
        }
        return "Self-healing did not help: %s was called, but the alert still fires %s later."
                .formatted(channel, Durations.format(settings.verifyTimeout()));
    }

    private Optional<Channel> channel(Alert alert) {
        return alert.heal() == null
                ? Optional.empty()
                : channels.find(alert.heal()).filter(Channel::enabled);
    }

    private static @Nullable String text(DelegateExecution execution, String name) {
        return execution.getVariable(name) instanceof String text ? text : null;
    }

    private void count(String outcome) {
        meters.counter("tocsin.workflow.repairs", "outcome", outcome).increment();
    }
}
