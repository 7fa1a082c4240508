package tocsin.web.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What changed between two texts, line by line. */
final class Diff {
    /** Texts that are longer are compared as a whole, so that a page costs little. */
    private static final int MAX_LINES = 2000;

    private Diff() {}

    /** How a line fares. */
    enum Kind {
        SAME(" "),
        ADDED("+"),
        REMOVED("−");

        private final String sign;

        Kind(String sign) {
            this.sign = sign;
        }

        public String sign() {
            return sign;
        }

        public String style() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    record Line(Kind kind, String text) {}

    /** By the longest common subsequence of lines. */
    static List<Line> of(String before, String after) {
        List<String> old = before.lines().toList();
        List<String> now = after.lines().toList();
        if (old.size() > MAX_LINES || now.size() > MAX_LINES) {
            var lines = new ArrayList<Line>();
            old.forEach(line -> lines.add(new Line(Kind.REMOVED, line)));
            now.forEach(line -> lines.add(new Line(Kind.ADDED, line)));
            return lines;
        }
        return walk(old, now, common(old, now));
    }

    /** {@code common[i][j]} is how many lines the rests from i and from j have in common. */
    private static int[][] common(List<String> old, List<String> now) {
        var common = new int[old.size() + 1][now.size() + 1];
        for (int i = old.size() - 1; i >= 0; i--) {
            for (int j = now.size() - 1; j >= 0; j--) {
                common[i][j] = old.get(i).equals(now.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        return common;
    }

    private static List<Line> walk(List<String> old, List<String> now, int[][] common) {
        var lines = new ArrayList<Line>();
        int i = 0;
        int j = 0;
        while (i < old.size() || j < now.size()) {
            if (i < old.size() && j < now.size() && old.get(i).equals(now.get(j))) {
                lines.add(new Line(Kind.SAME, old.get(i++)));
                j++;
            } else if (j == now.size() || (i < old.size() && common[i + 1][j] >= common[i][j + 1])) {
                lines.add(new Line(Kind.REMOVED, old.get(i++)));
            } else {
                lines.add(new Line(Kind.ADDED, now.get(j++)));
            }
        }
        return lines;
    }
}
