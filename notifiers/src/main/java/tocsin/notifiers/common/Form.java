package tocsin.notifiers.common;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tocsin.notify.Notifier.Setting;

/** The settings of a type of channel, in the order of a form, each with what is allowed in it. Immutable. */
public final class Form {
    /** More than any real address, key or list of recipients. */
    private static final int MAX_VALUE_LENGTH = 4096;

    private final Map<String, Field> fields;
    private final List<Rule> rules;

    private Form(Map<String, Field> fields, List<Rule> rules) {
        this.fields = fields;
        this.rules = List.copyOf(rules);
    }

    public static Builder builder() {
        return new Builder();
    }

    public List<Setting> settings() {
        return fields.values().stream().map(Field::setting).toList();
    }

    /** Everything that is wrong, by the names of the fields and without their values. */
    public List<String> problems(Map<String, String> settings) {
        var problems = new ArrayList<String>();
        for (var field : fields.values()) {
            String problem = field.problem(value(settings, field.setting().name()));
            if (problem != null) {
                problems.add(field.setting().name() + " " + problem);
            }
        }
        for (var rule : rules) {
            String problem = rule.problem(settings);
            if (problem != null) {
                problems.add(problem);
            }
        }
        var unknown = new TreeSet<>(settings.keySet());
        unknown.removeAll(fields.keySet());
        unknown.forEach(name ->
                problems.add(name + " is not a setting of this type, use " + String.join(", ", fields.keySet())));
        return List.copyOf(problems);
    }

    /** The values that must never be seen by people. */
    public List<String> secrets(Map<String, String> settings) {
        return fields.values().stream()
                .filter(field -> field.setting().secret())
                .map(field -> value(settings, field.setting().name()))
                .filter(value -> !value.isEmpty())
                .toList();
    }

    /** The value of a setting without blanks around it; empty when it is not set. */
    public static String value(Map<String, String> settings, String name) {
        return settings.getOrDefault(name, "").strip();
    }

    /** What is wrong with one value, such as "must be a number"; null when nothing is. */
    @FunctionalInterface
    public interface Check {
        @Nullable String problem(String value);
    }

    /** What is wrong with several settings together; null when nothing is. */
    @FunctionalInterface
    public interface Rule {
        @Nullable String problem(Map<String, String> settings);
    }

    private record Field(Setting setting, Check check) {
        @Nullable String problem(String value) {
            if (value.isEmpty()) {
                return setting.required() ? "is required" : null;
            }
            if (value.length() > MAX_VALUE_LENGTH) {
                return "is longer than %,d characters".formatted(MAX_VALUE_LENGTH);
            }
            if (value.chars().anyMatch(Character::isISOControl)) {
                return "holds a line break or another control character";
            }
            return check.problem(value);
        }
    }

    /** Collects fields in the order in which they are shown. */
    public static final class Builder {
        private final Map<String, Field> fields = new LinkedHashMap<>();
        private final List<Rule> rules = new ArrayList<>();

        private Builder() {}

        public Builder required(String name, String label, String help, Check check) {
            return add(new Setting(name, label, help, true, false), check);
        }

        public Builder optional(String name, String label, String help, Check check) {
            return add(new Setting(name, label, help, false, false), check);
        }

        public Builder requiredSecret(String name, String label, String help, Check check) {
            return add(new Setting(name, label, help, true, true), check);
        }

        public Builder optionalSecret(String name, String label, String help, Check check) {
            return add(new Setting(name, label, help, false, true), check);
        }

        private Builder add(Setting setting, Check check) {
            fields.put(setting.name(), new Field(setting, check));
            return this;
        }

        public Builder rule(Rule rule) {
            rules.add(rule);
            return this;
        }

        public Form build() {
            return new Form(new LinkedHashMap<>(fields), rules);
        }
    }
}
