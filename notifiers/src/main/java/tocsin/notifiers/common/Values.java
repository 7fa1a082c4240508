package tocsin.notifiers.common;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The settings of one channel, without blanks around them.
 *
 * @param settings secrets among them, so they are never printed
 */
public record Values(Map<String, String> settings) {
    public Values {
        settings = Map.copyOf(settings);
    }

    /** Empty when it is not set. */
    public String get(String name) {
        return Form.value(settings, name);
    }

    public String get(String name, String otherwise) {
        return has(name) ? get(name) : otherwise;
    }

    public boolean has(String name) {
        return !get(name).isEmpty();
    }

    /** The parts of a value that commas separate. */
    public List<String> list(String name) {
        return Arrays.stream(get(name).split(",", -1))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
    }

    @Override
    public String toString() {
        return settings.size() + " settings";
    }
}
