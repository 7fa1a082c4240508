package tocsin.web.alert;

import java.math.BigDecimal;
import java.math.MathContext;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tocsin.alert.Alert;
import tocsin.alert.Transition;
import tocsin.incident.Incident;
import tocsin.notify.Outbox;
import tocsin.signal.LogPosition;
import tocsin.workflow.Workflows;

/** Why people were told, or were not: everything between a sample and a receipt, in the order in which it happened. */
final class Trail {
    /** A trail of an alert that came back again and again is cut here. */
    private static final int MAX_ENTRIES = 300;

    private final List<Entry> entries = new ArrayList<>();

    /** Where on the way something happened; of two things at one instant, the earlier stage comes first. */
    enum Stage {
        SAMPLE("Sample"),
        LOG("Log"),
        RULE("Rule"),
        ALERT("Alert"),
        PROCESS("Process"),
        INCIDENT("Incident"),
        MESSAGE("Message"),
        ATTEMPT("Attempt"),
        RECEIPT("Receipt");

        private final String label;

        Stage(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }

    /**
     * One thing that happened.
     *
     * @param tone {@code good}, {@code bad}, {@code live} while it is going on, or {@code plain}
     * @param link where to read more, empty when nowhere
     */
    record Entry(Instant at, Stage stage, String title, String detail, String tone, String link) {}

    /** Everything that a trail is put together from. */
    record Sources(
            Alert alert,
            List<Transition> transitions,
            LogPosition position,
            @Nullable Incident incident,
            List<Workflows.Run> runs,
            List<Outbox.Entry> messages) {}

    private Trail() {}

    static List<Entry> of(Sources sources) {
        var trail = new Trail();
        trail.addSample(sources);
        sources.transitions().forEach(trail::addTransition);
        sources.runs().forEach(trail::addRun);
        sources.messages().forEach(trail::addMessage);
        trail.addIncident(sources.incident());
        trail.entries.sort(Comparator.comparing(Entry::at).thenComparing(Entry::stage));
        return List.copyOf(trail.entries.subList(0, Math.min(MAX_ENTRIES, trail.entries.size())));
    }

    private void addSample(Sources sources) {
        var alert = sources.transitions().isEmpty()
                ? sources.alert()
                : sources.transitions().getFirst().alert();
        var evidence = alert.evidence();
        String series = evidence.series().fingerprint().hex();
        add(
                evidence.at(),
                Stage.SAMPLE,
                evidence.series().toString(),
                "The sample on which the rule decided first.",
                "plain",
                "/metrics?name=" + encode(evidence.series().metric()) + "&series=" + series);
        add(
                evidence.at(),
                Stage.LOG,
                "Record " + sources.position().value() + " of the log, or one right after it",
                "Durable before the sender got its answer.",
                "plain",
                "");
        add(
                evidence.at(),
                Stage.RULE,
                alert.rule() + ", version " + alert.ruleVersion(),
                terms(alert),
                "plain",
                "/rules/" + alert.rule() + "?version=" + alert.ruleVersion());
    }

    private static String terms(Alert alert) {
        return alert.evidence().terms().stream()
                .map(term -> "%s was %s, limit %s %s"
                        .formatted(
                                term.expression(), shorten(term.actual()), term.operator(), shorten(term.threshold())))
                .reduce((left, right) -> left + "; " + right)
                .map(text -> "The condition held: " + text + ".")
                .orElse("The condition held.");
    }

    private static String shorten(double value) {
        return Double.isFinite(value)
                ? new BigDecimal(value)
                        .round(new MathContext(4))
                        .stripTrailingZeros()
                        .toPlainString()
                : String.valueOf(value);
    }

    private void addTransition(Transition step) {
        String by = step.actor().equals(Transition.BY_RULE) ? "" : " by " + step.actor();
        String tone = switch (step.to()) {
            case PENDING -> "plain";
            case FIRING -> "bad";
            case ACKNOWLEDGED -> "live";
            case RESOLVED -> "good";
        };
        add(step.at(), Stage.ALERT, capital(step.to().label()) + by, step.reason(), tone, "");
    }

    private void addRun(Workflows.Run run) {
        String link = "/workflows/" + run.processKey() + "?run=" + encode(run.id());
        for (var step : run.steps()) {
            boolean here = run.endedAt() == null && step.endedAt() == null;
            String detail = run.processKey() + ", version " + run.version() + (here ? ": it stands here now" : "");
            add(step.startedAt(), Stage.PROCESS, step.name(), detail, here ? "live" : "plain", link);
        }
    }

    private void addMessage(Outbox.Entry sent) {
        var message = sent.message();
        add(
                message.createdAt(),
                Stage.MESSAGE,
                "“%s” to %s".formatted(message.title(), message.channel()),
                message.reason(),
                sent.outcome() == null ? "live" : "plain",
                "/deliveries?channel=" + encode(message.channel()));
        int count = sent.attempts().size();
        for (int i = 0; i < count; i++) {
            var attempt = sent.attempts().get(i);
            if (i == count - 1 && sent.outcome() != null) {
                addReceipt(sent, attempt);
            } else {
                add(attempt.at(), Stage.ATTEMPT, "Attempt " + attempt.number(), attempt.detail(), "bad", "");
            }
        }
    }

    private void addReceipt(Outbox.Entry sent, Outbox.Attempt last) {
        var outcome = Objects.requireNonNull(sent.outcome());
        String channel = sent.message().channel();
        String number = last.number() == 1 ? "" : " at attempt " + last.number();
        String id = sent.providerId() == null || sent.providerId().isEmpty()
                ? ""
                : ", the provider calls it " + sent.providerId();
        var words = Map.of(
                Outbox.Outcome.DELIVERED, "Delivered to %s%s".formatted(channel, number),
                Outbox.Outcome.FAILED, "Not delivered to %s%s".formatted(channel, number),
                Outbox.Outcome.DROPPED, "Not sent to %s: the alert did not want it any more".formatted(channel));
        String tone = outcome == Outbox.Outcome.DELIVERED ? "good" : outcome == Outbox.Outcome.FAILED ? "bad" : "plain";
        add(last.at(), Stage.RECEIPT, Objects.requireNonNull(words.get(outcome)), last.detail() + id, tone, "");
    }

    private void addIncident(@Nullable Incident incident) {
        if (incident == null) {
            return;
        }
        add(
                incident.openedAt(),
                Stage.INCIDENT,
                "Incident " + incident.number() + " opened",
                incident.title(),
                "plain",
                "/incidents");
        if (incident.closedAt() != null) {
            add(
                    incident.closedAt(),
                    Stage.INCIDENT,
                    "Incident " + incident.number() + " closed",
                    incident.title(),
                    "good",
                    "/incidents");
        }
    }

    private void add(Instant at, Stage stage, String title, String detail, String tone, String link) {
        entries.add(new Entry(at, stage, title, detail, tone, link));
    }

    private static String capital(String word) {
        return Character.toUpperCase(word.charAt(0)) + word.substring(1);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
