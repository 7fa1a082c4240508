package tocsin.drools;

import org.jspecify.annotations.Nullable;

/** How two numbers are compared. NaN is no number: it satisfies nothing, not even {@link #NOT_EQUAL}. */
enum Operator {
    GREATER(">"),
    GREATER_OR_EQUAL(">="),
    LESS("<"),
    LESS_OR_EQUAL("<="),
    EQUAL("=="),
    NOT_EQUAL("!=");

    private final String symbol;

    Operator(String symbol) {
        this.symbol = symbol;
    }

    static @Nullable Operator find(Token token) {
        for (var operator : values()) {
            if (token.is(operator.symbol)) {
                return operator;
            }
        }
        return null;
    }

    String symbol() {
        return symbol;
    }

    boolean test(double actual, double limit) {
        return switch (this) {
            case GREATER -> actual > limit;
            case GREATER_OR_EQUAL -> actual >= limit;
            case LESS -> actual < limit;
            case LESS_OR_EQUAL -> actual <= limit;
            case EQUAL -> actual == limit;
            case NOT_EQUAL -> actual < limit || actual > limit;
        };
    }
}
