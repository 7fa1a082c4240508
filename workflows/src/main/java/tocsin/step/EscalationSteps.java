package tocsin.step;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.flowable.engine.delegate.DelegateExecution;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tocsin.alert.Alert;
import tocsin.alert.Status;
import tocsin.notify.Channel;
import tocsin.notify.ChannelStore;
import tocsin.notify.Message.Kind;
import tocsin.notify.Outbox;
import tocsin.rule.Durations;
import tocsin.step.Ladder.Rung;
import tocsin.workflow.EscalationSettings;

/** The steps of {@code escalation.bpmn20.xml}. */
public final class EscalationSteps {
    private static final Logger log = LoggerFactory.getLogger(EscalationSteps.class);

    private static final String LEVEL = "level";
    private static final String REPEAT = "repeat";
    private static final String TOLD = "told";
    private static final String NEXT = "next";
    private static final String TRIED = "tried";

    /** What comes after a level was told. */
    private enum Next {
        /** Wait for an answer, then tell the next level. */
        GO_ON,
        /** This severity is told once. */
        DONE,
        /** Everybody was told as often as allowed. */
        EXHAUSTED,
        /** There is no channel for this severity. */
        NOBODY
    }

    private final ChannelStore channels;
    private final Outbox outbox;
    private final EscalationSettings settings;
    private final Context context;
    private final MessageWriter writer;
    private final MeterRegistry meters;

    public EscalationSteps(
            ChannelStore channels,
            Outbox outbox,
            EscalationSettings settings,
            Context context,
            MessageWriter writer,
            MeterRegistry meters) {
        this.channels = channels;
        this.outbox = outbox;
        this.settings = settings;
        this.context = context;
        this.writer = writer;
        this.meters = meters;
        count("unrouted", 0);
        count("unanswered", 0);
    }

    /** Tell the next level that has anybody, and remember who was told. */
    public void tell(DelegateExecution execution) {
        var alert = context.alert(execution);
        execution.setVariable(NEXT, tellNext(execution, alert).name());
    }

    private Next tellNext(DelegateExecution execution, Alert alert) {
        if (alert.status() != Status.FIRING) {
            return afterTelling(alert); // somebody acted a moment ago; the news is on its way to this process
        }
        var ladder = Ladder.of(channels.all(), alert.severity());
        var before = rung(execution);
        var rung = ladder.after(before, settings.repeats());
        if (rung == null) {
            return before.equals(Rung.GROUND) ? unrouted(alert) : unanswered(alert, before);
        }
        tell(execution, alert, before, rung, ladder.channels(rung));
        return afterTelling(alert);
    }

    private void tell(DelegateExecution execution, Alert alert, Rung before, Rung rung, List<Channel> level) {
        boolean first = before.equals(Rung.GROUND);
        var told = told(execution);
        for (var channel : level) {
            outbox.enqueue(writer.write(
                    alert,
                    "escalation/" + rung.level() + "." + rung.repeat(),
                    first ? Kind.FIRING : Kind.ESCALATED,
                    channel.name(),
                    lines(execution),
                    "escalation, " + rung + ": " + (first ? "first to be told" : unansweredFor(alert))));
            told.add(channel.name());
        }
        execution.setVariable(LEVEL, rung.level());
        execution.setVariable(REPEAT, rung.repeat());
        execution.setVariable(TOLD, String.join(",", told));
    }

    private Next afterTelling(Alert alert) {
        return patienceFor(alert) == null ? Next.DONE : Next.GO_ON;
    }

    private Next unrouted(Alert alert) {
        count("unrouted", 1);
        log.warn(
                "nobody was told of alert {}: no enabled channel takes severity {}; add one or lower its severity",
                alert.id(),
                alert.severity().label());
        return Next.NOBODY;
    }

    private Next unanswered(Alert alert, Rung last) {
        count("unanswered", 1);
        log.warn("nobody acknowledged alert {}: the escalation ended after {}", alert.id(), last);
        return Next.EXHAUSTED;
    }

    /** How long the level that was just told has time, as ISO 8601 has it. */
    public String patience(DelegateExecution execution) {
        var patience = patienceFor(context.alert(execution));
        if (patience == null) {
            throw new IllegalStateException("an escalation without patience must not wait for it");
        }
        return patience.toString();
    }

    public boolean goesOn(DelegateExecution execution) {
        return next(execution) == Next.GO_ON;
    }

    public boolean isDone(DelegateExecution execution) {
        return next(execution) == Next.DONE;
    }

    public boolean isExhausted(DelegateExecution execution) {
        return next(execution) == Next.EXHAUSTED;
    }

    /** Tell everyone who was told that somebody has taken it. */
    public void acknowledged(DelegateExecution execution) {
        var alert = context.alert(execution);
        String who = alert.acknowledgedBy() == null ? context.actor(execution) : alert.acknowledgedBy();
        tellAgain(
                execution,
                alert,
                Kind.ACKNOWLEDGED,
                who + " has it.",
                "you were told before, and " + who + " has acknowledged it");
    }

    /** Tell everyone who was told that it is over. */
    public void resolved(DelegateExecution execution) {
        var alert = context.alert(execution);
        String how = context.isByRule(execution) ? "It has cleared." : context.actor(execution) + " has closed it.";
        tellAgain(execution, alert, Kind.RESOLVED, how, "you were told before, and it is over");
    }

    private void tellAgain(DelegateExecution execution, Alert alert, Kind kind, String line, String reason) {
        for (String name : told(execution)) {
            if (channels.find(name).filter(Channel::enabled).isPresent()) {
                outbox.enqueue(writer.write(alert, "escalation", kind, name, List.of(line), "escalation: " + reason));
            }
        }
    }

    private static List<String> lines(DelegateExecution execution) {
        var lines = new ArrayList<String>();
        if (execution.getVariable(TRIED) instanceof String tried) {
            lines.add(tried);
        }
        return lines;
    }

    private String unansweredFor(Alert alert) {
        var patience = patienceFor(alert);
        return patience == null ? "nobody acknowledged" : "nobody acknowledged within " + Durations.format(patience);
    }

    private @Nullable Duration patienceFor(Alert alert) {
        return settings.patience().get(alert.severity());
    }

    private static Rung rung(DelegateExecution execution) {
        return execution.getVariable(LEVEL) instanceof Integer level
                        && execution.getVariable(REPEAT) instanceof Integer repeat
                ? new Rung(level, repeat)
                : Rung.GROUND;
    }

    private static Set<String> told(DelegateExecution execution) {
        return execution.getVariable(TOLD) instanceof String told && !told.isEmpty()
                ? new LinkedHashSet<>(List.of(told.split(",")))
                : new LinkedHashSet<>();
    }

    private static @Nullable Next next(DelegateExecution execution) {
        return execution.getVariable(NEXT) instanceof String next ? Next.valueOf(next) : null;
    }

    private void count(String what, int amount) {
        meters.counter("tocsin.workflow." + what).increment(amount);
    }
}
