package tocsin.drools;

import tocsin.rule.Evidence;
import tocsin.rule.SeriesView;

/** A number of a series against a limit from the rule. */
record Comparison(Quantity quantity, Operator operator, double limit) {
    Comparison {
        limit += 0.0; // -0.0 becomes 0.0: they are equal as numbers, yet not as keys of an index
    }

    boolean holds(SeriesView series) {
        return operator.test(quantity.of(series), limit);
    }

    Evidence.Term seen(SeriesView series) {
        return new Evidence.Term(quantity.toString(), operator.symbol(), limit, quantity.of(series));
    }

    /** Names the condition: two with one name are one node of the network. */
    @Override
    public String toString() {
        return quantity + " " + operator.symbol() + " " + limit;
    }
}
