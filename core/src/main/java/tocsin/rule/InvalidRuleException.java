package tocsin.rule;

import java.util.List;
import java.util.stream.Collectors;

/** A rule's text was refused. */
public final class InvalidRuleException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // a List.copyOf of records; nobody serialises this exception
    private final List<Problem> problems;

    public InvalidRuleException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("; ")));
        this.problems = List.copyOf(problems);
    }

    public List<Problem> problems() {
        return problems;
    }
}
