package tocsin.web.alert;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tocsin.alert.Alert;
import tocsin.alert.AlertQuery;
import tocsin.alert.Status;
import tocsin.rule.RuleId;
import tocsin.rule.Severity;

/**
 * Which alerts the list shows, as its address says.
 *
 * @param status {@code open}, {@code all}, or the label of a status
 * @param rule of this rule only, empty for all
 * @param text in the summary, the rule's name or a label; empty for all
 */
record AlertFilter(String status, Severity atLeast, String rule, String text) {
    static final List<String> STATUSES = List.of("open", "firing", "acknowledged", "pending", "resolved", "all");

    AlertFilter {
        if (!STATUSES.contains(status)) {
            throw new IllegalArgumentException(
                    "status \"%s\" is unknown, use one of %s".formatted(status, String.join(", ", STATUSES)));
        }
    }

    AlertQuery query() {
        return new AlertQuery(statuses(), atLeast, ruleId(), AlertQuery.MAX_LIMIT);
    }

    private @Nullable RuleId ruleId() {
        return rule.isEmpty() ? null : new RuleId(rule);
    }

    private Set<Status> statuses() {
        return switch (status) {
            case "all" -> EnumSet.allOf(Status.class);
            case "open" -> Arrays.stream(Status.values()).filter(Status::isOpen).collect(Collectors.toSet());
            default ->
                Arrays.stream(Status.values())
                        .filter(wanted -> wanted.label().equals(status))
                        .collect(Collectors.toSet());
        };
    }

    /** Whether each word of the text occurs somewhere in the alert. */
    boolean accepts(Alert alert) {
        String all = (alert.summary() + ' ' + alert.rule() + ' ' + alert.labels()).toLowerCase(Locale.ROOT);
        return Arrays.stream(text.toLowerCase(Locale.ROOT).split("\\s+")).allMatch(all::contains);
    }

    /** Whether it narrows anything down, so that an empty list may be the filter's doing. */
    public boolean narrow() {
        return atLeast != Severity.LOW || !rule.isEmpty() || !text.isEmpty();
    }
}
