package tocsin.step;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tocsin.alert.Alert;
import tocsin.label.Labels;
import tocsin.notify.Message;
import tocsin.notify.Message.Kind;
import tocsin.rule.Evidence;
import tocsin.rule.Template;

/** Puts alerts into words. The only place that decides what a message says. */
public final class MessageWriter {
    /** Titles become subjects and first lines, which providers cut anyway. */
    private static final int MAX_TITLE = 300;

    private final String baseUrl;
    private final InstantSource clock;

    /** Links begin with this URL, which has no slash at its end. */
    public MessageWriter(String baseUrl, InstantSource clock) {
        this.baseUrl = baseUrl;
        this.clock = clock;
    }

    /**
     * A message about an alert.
     *
     * @param step where in which process, without blanks; with the alert, the kind and the channel it makes the key
     * @param lines what to say beside the evidence, first
     * @param reason why this channel is told
     */
    Message write(Alert alert, String step, Kind kind, String channel, List<String> lines, String reason) {
        return new Message(
                String.join("/", alert.id().value(), step, kind.name(), channel),
                channel,
                alert.id(),
                kind,
                title(alert, kind),
                body(alert, lines),
                facts(alert),
                baseUrl + "/alerts/" + alert.id(),
                reason,
                clock.instant());
    }

    private static String title(Alert alert, Kind kind) {
        String title = "[%s] %s: %s".formatted(tag(alert, kind), alert.rule(), alert.summary());
        return title.length() <= MAX_TITLE ? title : title.substring(0, MAX_TITLE - 1) + "…";
    }

    private static String tag(Alert alert, Kind kind) {
        String severity = alert.severity().label().toUpperCase(Locale.ROOT);
        return switch (kind) {
            case FIRING, ESCALATED -> severity;
            case ACKNOWLEDGED, RESOLVED, HEAL, TEST -> kind.name();
        };
    }

    private static String body(Alert alert, List<String> lines) {
        var body = new ArrayList<>(lines);
        for (var term : alert.evidence().terms()) {
            body.add(words(term));
        }
        if (alert.runbook() != null) {
            body.add("Runbook: " + alert.runbook());
        }
        return String.join("\n", body);
    }

    private static String words(Evidence.Term term) {
        return "%s is %s, and the rule says %s %s"
                .formatted(term.expression(), number(term.actual()), term.operator(), number(term.threshold()));
    }

    private static Map<String, String> facts(Alert alert) {
        var facts = new LinkedHashMap<String, String>();
        facts.put("severity", alert.severity().label());
        facts.put("rule", alert.rule().value());
        facts.put("value", number(alert.evidence().value()));
        facts.put("started", alert.startedAt().toString());
        facts.put("alert", alert.id().value());
        alert.labels()
                .toMap()
                .forEach((name, value) -> facts.put(facts.containsKey(name) ? "label " + name : name, value));
        return facts;
    }

    private static String number(double value) {
        return Template.fill("{{value}}", Labels.EMPTY, value);
    }
}
