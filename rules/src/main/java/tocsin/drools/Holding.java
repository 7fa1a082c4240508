package tocsin.drools;

import tocsin.label.Labels;
import tocsin.rule.Finding;

/** A rule's condition holds for a series. Compared by identity. */
final class Holding {
    private final ActiveRule rule;
    private final Fact fact;
    private final long since;
    private long hitIn;

    /** @param since the evaluation in which it was found first */
    Holding(ActiveRule rule, Fact fact, long since) {
        this.rule = rule;
        this.fact = fact;
        this.since = since;
    }

    ActiveRule rule() {
        return rule;
    }

    Fact fact() {
        return fact;
    }

    Labels labels() {
        return fact.labels();
    }

    Finding.Key key() {
        return new Finding.Key(rule.id(), labels());
    }

    /** Whether an earlier evaluation has reported it. */
    boolean heldBefore(long evaluation) {
        return since < evaluation;
    }

    /** Notes that the rule fired for the series; returns whether that was news. */
    boolean hit(long evaluation) {
        boolean first = hitIn != evaluation;
        hitIn = evaluation;
        return first;
    }

    boolean wasHitIn(long evaluation) {
        return hitIn == evaluation;
    }

    Finding finding() {
        return new Finding(rule.definition(), labels(), rule.model().subject().evidence(fact.series()));
    }
}
