package tocsin.engine.series;

import java.util.List;
import tocsin.rule.Window;

/** What the rules want of a series: shared by all series that the same rules match. */
final class Plan {
    /** For a series that no rule matches. */
    static final Plan NONE = new Plan(List.of(), List.of());

    private final List<RuleTally> rules;
    private final Window[] windows;
    private final long longestMillis;

    Plan(List<RuleTally> rules, List<Window> windows) {
        this.rules = rules;
        this.windows = windows.toArray(Window[]::new);
        this.longestMillis = windows.stream()
                .mapToLong(window -> window.length().toMillis())
                .max()
                .orElse(0);
    }

    boolean matched() {
        return !rules.isEmpty();
    }

    int size() {
        return windows.length;
    }

    Window window(int index) {
        return windows[index];
    }

    /** The place of a window's result, -1 when it is not wanted. A series has few windows, so looking is cheap. */
    int indexOf(Window window) {
        for (int i = 0; i < windows.length; i++) {
            if (windows[i].equals(window)) {
                return i;
            }
        }
        return -1;
    }

    long longestMillis() {
        return longestMillis;
    }

    void matched(int change) {
        for (var rule : rules) {
            rule.matched(change);
        }
    }

    void evaluated(long now) {
        for (int i = 0; i < rules.size(); i++) { // by index: no iterator for each sample
            rules.get(i).evaluated(now);
        }
    }
}
