package tocsin.step;

import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tocsin.notify.Channel;
import tocsin.rule.Severity;

/** The levels of an escalation that have anybody to tell, lowest first. */
record Ladder(SortedMap<Integer, List<Channel>> levels) {

    /** Of the channels that want to hear of this severity. Level 0 is only told when a rule names it. */
    static Ladder of(List<Channel> channels, Severity severity) {
        return new Ladder(channels.stream()
                .filter(channel -> channel.enabled() && channel.level() > 0)
                .filter(channel -> severity.compareTo(channel.atLeast()) >= 0)
                .sorted(Comparator.comparing(Channel::name))
                .collect(Collectors.groupingBy(Channel::level, TreeMap::new, Collectors.toList())));
    }

    /** Who is told first; nobody when no level has a channel. */
    List<Channel> first() {
        return levels.isEmpty() ? List.of() : levels.firstEntry().getValue();
    }

    /**
     * Whom to tell after this rung: the next level, else the last level once more; null when repeats are used up or
     * there is nobody at all.
     */
    @Nullable Rung after(Rung rung, int repeats) {
        var above = levels.tailMap(rung.level() + 1);
        if (!above.isEmpty()) {
            return new Rung(above.firstKey(), 0);
        }
        if (levels.isEmpty() || rung.repeat() >= repeats) {
            return null;
        }
        return new Rung(levels.lastKey(), rung.repeat() + 1);
    }

    List<Channel> channels(Rung rung) {
        return levels.getOrDefault(rung.level(), List.of());
    }

    /**
     * Where an escalation stands.
     *
     * @param level 0 before anybody was told
     * @param repeat how often this level was told again
     */
    record Rung(int level, int repeat) {
        static final Rung GROUND = new Rung(0, 0);

        @Override
        public String toString() {
            return repeat == 0 ? "level " + level : "level " + level + ", repeat " + repeat;
        }
    }
}
