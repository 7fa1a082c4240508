package tocsin.drools;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tocsin.drools.Cursor.Unreadable;
import tocsin.drools.Token.Kind;
import tocsin.rule.Durations;
import tocsin.rule.RuleDefinition;
import tocsin.rule.RuleId;
import tocsin.rule.Severity;

/** Reads the annotations between a rule's name and {@code when}. */
final class AnnotationReader {
    /** A longer hold is a mistake: nobody waits a week for an alert. */
    private static final Duration MAX_DURATION = Duration.ofDays(7);

    private static final int MAX_LABELS = 16;
    private static final String KNOWN = "@severity, @for, @keepFiring, @summary, @runbook, @heal and @labels are";
    private static final Pattern LABEL = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Pattern CHANNEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern SLOT = Pattern.compile("\\{\\{(.*?)(}}|$)");
    private static final Pattern SLOT_CONTENT =
            Pattern.compile("\\s*[A-Za-z_][A-Za-z0-9_]*\\s*(?:\\|\\s*(percent|duration|bytes|number)\\s*)?");

    private final Problems problems;
    private final Set<String> seen = new HashSet<>();
    private @Nullable Severity severity;
    private Duration hold = Duration.ZERO;
    private Duration keepFiring = Duration.ZERO;
    private @Nullable String summary;
    private @Nullable String runbook;
    private @Nullable String heal;
    private final Map<String, String> labels = new TreeMap<>();

    AnnotationReader(Problems problems) {
        this.problems = problems;
    }

    /** Reads one annotation; the next word is its {@code @}. */
    void read(Cursor cursor) {
        Token start = cursor.take();
        int open = cursor.at() + 1;
        int end = open;
        try {
            Token name = cursor.expect(Kind.NAME, "an annotation's name behind @");
            boolean arguments = cursor.nextIs("(");
            end = arguments ? cursor.closing(cursor.at()) + 1 : cursor.at();
            if (!seen.add(name.text())) {
                throw cursor.refuse(start, "@%s is given twice: keep one".formatted(name.text()));
            }
            annotation(start, name, cursor);
            cursor.expect(")", "at the end of @" + name.text());
        } catch (Unreadable e) {
            cursor.moveTo(end);
        }
    }

    private void annotation(Token start, Token name, Cursor cursor) throws Unreadable {
        switch (name.text()) {
            case "severity" -> severity = severity(cursor);
            case "for" -> hold = duration(cursor, name);
            case "keepFiring" -> keepFiring = duration(cursor, name);
            case "summary" -> summary = summary(cursor);
            case "runbook" -> runbook = runbook(cursor);
            case "heal" -> heal = heal(cursor);
            case "labels" -> labels(cursor);
            default -> throw cursor.refuse(start, "@%s is not known: %s".formatted(name.text(), KNOWN));
        }
    }

    private static Severity severity(Cursor cursor) throws Unreadable {
        cursor.expect("(", "after @severity, as in @severity(high)");
        Token word = cursor.expect(Kind.NAME, "critical, high, medium or low");
        try {
            return Severity.parse(word.text());
        } catch (IllegalArgumentException e) {
            throw cursor.refuse(word, String.valueOf(e.getMessage()));
        }
    }

    private static Duration duration(Cursor cursor, Token name) throws Unreadable {
        Token text = string(cursor, name.text(), "@" + name.text() + "(\"5m\")");
        try {
            Duration duration = Durations.parse(text.text());
            if (duration.compareTo(MAX_DURATION) <= 0) {
                return duration;
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw cursor.refuse(text, String.valueOf(e.getMessage()));
        }
        throw cursor.refuse(text, "@%s is at most 7d".formatted(name.text()));
    }

    private String summary(Cursor cursor) throws Unreadable {
        Token text = string(cursor, "summary", "@summary(\"CPU of {{instance}} is {{value | percent}}\")");
        if (text.text().isBlank()) {
            throw cursor.refuse(text, "the summary is empty: say in one line what is wrong");
        }
        var slots = SLOT.matcher(text.text());
        while (slots.find()) {
            if (slots.group(2).isEmpty()
                    || !SLOT_CONTENT.matcher(slots.group(1)).matches()) {
                throw cursor.refuse(
                        text,
                        "%s is not filled in: write {{label}}, {{value}} or {{value | percent}}, or duration, bytes, number"
                                .formatted(slots.group()));
            }
        }
        return text.text();
    }

    private static String runbook(Cursor cursor) throws Unreadable {
        Token text = string(cursor, "runbook", "@runbook(\"docs/runbooks/cpu.md\")");
        String where = text.text();
        boolean web = where.startsWith("https://") || where.startsWith("http://");
        if (where.isBlank() || where.startsWith("/") || (!web && where.contains(":"))) {
            throw cursor.refuse(text, "a runbook is a path such as docs/runbooks/cpu.md or an http or https address");
        }
        return where;
    }

    private static String heal(Cursor cursor) throws Unreadable {
        Token text = string(cursor, "heal", "@heal(\"restart-memory-store\")");
        if (!CHANNEL.matcher(text.text()).matches()) {
            throw cursor.refuse(text, text + " is not the name of a channel");
        }
        return text.text();
    }

    private void labels(Cursor cursor) throws Unreadable {
        cursor.expect("(", "after @labels, as in @labels(team = \"payments\")");
        do {
            Token name = cursor.expect(Kind.NAME, "a label as in team = \"payments\"");
            cursor.expect("=", "after the label's name, as in team = \"payments\"");
            Token value = cursor.expect(Kind.STRING, "the label's value in double quotes");
            if (!LABEL.matcher(name.text()).matches() || name.text().startsWith("__")) {
                throw cursor.refuse(
                        name, "%s cannot be a label: use letters, digits and single underscores".formatted(name));
            }
            if (value.text().isEmpty()) {
                throw cursor.refuse(value, "label %s is empty: leave it out".formatted(name));
            }
            if (labels.put(name.text(), value.text()) != null) {
                throw cursor.refuse(name, "label %s is given twice".formatted(name));
            }
        } while (cursor.takeIf(","));
        if (labels.size() > MAX_LABELS) {
            throw cursor.refuse(cursor.peek(), "a rule adds at most %d labels".formatted(MAX_LABELS));
        }
    }

    private static Token string(Cursor cursor, String name, String form) throws Unreadable {
        cursor.expect("(", "after @" + name + ", as in " + form);
        return cursor.expect(Kind.STRING, "a text in double quotes, as in " + form);
    }

    /** What was read; null when something that must be there is not. Missing ones are reported at the rule's name. */
    @Nullable RuleDefinition definition(@Nullable RuleId id, Token at, String text) {
        for (String mandatory : List.of("severity", "summary")) {
            if (!seen.contains(mandatory)) {
                problems.add(
                        at,
                        "@%s is missing: add %s"
                                .formatted(
                                        mandatory,
                                        mandatory.equals("severity")
                                                ? "@severity(critical), high, medium or low"
                                                : "@summary(\"...\"), one line that says what is wrong"));
            }
        }
        if (id == null || severity == null || summary == null) {
            return null;
        }
        return new RuleDefinition(id, 0, severity, hold, keepFiring, summary, runbook, heal, labels, text);
    }
}
