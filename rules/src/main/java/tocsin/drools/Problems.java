package tocsin.drools;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import tocsin.rule.Problem;

/** Collects what is wrong with a text. Bounded: nobody reads more than a hundred problems. */
final class Problems {
    private static final int MAX = 100;
    private static final Comparator<Problem> IN_ORDER_OF_TEXT =
            Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column);

    private final List<Problem> found = new ArrayList<>();

    void add(Token at, String message) {
        add(at.line(), at.column(), message);
    }

    void add(int line, int column, String message) {
        var problem = new Problem(Math.max(1, line), Math.max(1, column), message);
        if (found.size() < MAX && !found.contains(problem)) {
            found.add(problem);
        }
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    int size() {
        return found.size();
    }

    List<Problem> inOrder() {
        return found.stream().sorted(IN_ORDER_OF_TEXT).toList();
    }
}
