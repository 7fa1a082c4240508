package tocsin.web.channel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tocsin.notify.Channel;
import tocsin.notify.Notifier;
import tocsin.rule.Severity;

/**
 * The form of a channel as it was sent, right or wrong. Secrets that were left empty are those that were saved.
 *
 * @param existing whether a channel of this name is being changed; its name and type then stay
 * @param values by the names of the notifier's settings, saved secrets filled in
 */
record ChannelForm(
        boolean existing,
        String name,
        String type,
        Map<String, String> values,
        String level,
        String atLeast,
        boolean enabled) {

    /**
     * One field of the form.
     *
     * @param shown what the field holds; a secret is never shown again
     * @param saved whether a secret is known, so that the field may be left empty
     */
    record Field(Notifier.Setting setting, String shown, boolean saved) {}

    static ChannelForm fresh(String type) {
        return new ChannelForm(false, "", type, Map.of(), "1", Severity.LOW.label(), true);
    }

    static ChannelForm of(Channel channel) {
        return new ChannelForm(
                true,
                channel.name(),
                channel.type(),
                channel.settings(),
                String.valueOf(channel.level()),
                channel.atLeast().label(),
                channel.enabled());
    }

    /** What was sent, with the secrets of the saved channel where fields were left empty. */
    static ChannelForm sent(Map<String, String> sent, Notifier notifier, Optional<Channel> saved) {
        var values = new LinkedHashMap<String, String>();
        for (var setting : notifier.settings()) {
            String value = sent.getOrDefault("setting." + setting.name(), "").strip();
            if (value.isEmpty() && setting.secret()) {
                value = saved.map(channel -> channel.settings().get(setting.name()))
                        .orElse("");
            }
            if (!value.isEmpty()) {
                values.put(setting.name(), value);
            }
        }
        return new ChannelForm(
                saved.isPresent(),
                sent.getOrDefault("name", "").strip(),
                notifier.type(),
                values,
                sent.getOrDefault("level", "1"),
                sent.getOrDefault("atLeast", "low"),
                sent.containsKey("enabled"));
    }

    List<Field> fields(Notifier notifier) {
        return notifier.settings().stream()
                .map(setting -> {
                    String value = values.getOrDefault(setting.name(), "");
                    return new Field(setting, setting.secret() ? "" : value, setting.secret() && !value.isEmpty());
                })
                .toList();
    }

    /** Everything that is wrong, at once. */
    List<String> problems(Notifier notifier) {
        var problems = new ArrayList<String>();
        try {
            channel();
        } catch (IllegalArgumentException wrong) {
            problems.add(String.valueOf(wrong.getMessage()));
        }
        for (var setting : notifier.settings()) {
            if (setting.required() && !values.containsKey(setting.name())) {
                problems.add(setting.label() + " is missing");
            }
        }
        if (problems.isEmpty()) {
            problems.addAll(notifier.problems(values));
        }
        return problems;
    }

    Channel channel() {
        return new Channel(name, type, values, parsedLevel(), Severity.parse(atLeast), enabled);
    }

    private int parsedLevel() {
        if (!level.matches("\\d")) {
            throw new IllegalArgumentException("the step is a number from 0 to 9");
        }
        return Integer.parseInt(level);
    }
}
