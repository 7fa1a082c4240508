package tocsin.drools;

import static org.drools.model.DSL.declarationOf;
import static org.drools.model.DSL.on;
import static org.drools.model.PatternDSL.alphaIndexedBy;
import static org.drools.model.PatternDSL.pattern;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.drools.model.Index.ConstraintType;
import org.drools.model.PatternDSL;
import org.drools.model.PatternDSL.PatternDef;
import org.drools.model.Rule;
import org.drools.model.Variable;
import org.drools.model.functions.Function1;
import org.drools.model.impl.ModelImpl;
import org.drools.modelcompiler.KieBaseBuilder;
import org.jspecify.annotations.Nullable;
import org.kie.api.runtime.KieSession;
import org.kie.api.runtime.rule.FactHandle;

/**
 * Rules of one metric and its facts in Drools. Rules are built from our model through Drools' canonical model: nothing
 * is generated, compiled or interpreted. The rules of a network never change: in randomised tests Drools 10.2 missed
 * matches of rules that were added under a running session, and threw NullPointerExceptions after rules were removed.
 *
 * <p>Conditions are ordered so that those which single out most come first and are shared: equal labels are looked up in
 * hash tables, then come the other labels, then numbers, which are kept sorted by their limits.
 */
final class RuleNetwork implements AutoCloseable {
    private static final String PACKAGE = "tocsin";

    /** A number or text of a fact that Drools may keep an index of. One object per field: Drools tells them by number. */
    private record Field<T>(int index, Function1<Fact, @Nullable T> read) {}

    /** What happens when a rule's condition is met. */
    interface Sink {
        void hit(ActiveRule rule, Fact fact);

        /** A series of this metric could not say this quantity. */
        void failed(String metric, Quantity quantity, RuntimeException cause);
    }

    private final Sink sink;
    private final KieSession session;
    private final Map<Object, Field<?>> fields = new HashMap<>();

    RuleNetwork(Sink sink, Collection<ActiveRule> rules) {
        this.sink = sink;
        this.session = KieBaseBuilder.createKieBaseFromModel(model(rules)).newKieSession();
    }

    void insert(Fact fact) {
        fact.handle(session.insert(fact));
    }

    void update(Fact fact) {
        FactHandle handle = fact.handle();
        if (handle == null) {
            insert(fact);
        } else {
            session.update(handle, fact);
        }
    }

    void delete(Fact fact) {
        FactHandle handle = fact.handle();
        if (handle != null) {
            session.delete(handle);
            fact.handle(null);
        }
    }

    /** Tells the sink of every match that is new or whose fact was updated. It ends, for firing changes no fact. */
    void fire() {
        session.fireAllRules();
    }

    @Override
    public void close() {
        session.dispose();
    }

    private ModelImpl model(Collection<ActiveRule> rules) {
        var model = new ModelImpl(PACKAGE);
        rules.forEach(rule -> model.addRule(rule(rule)));
        return model;
    }

    private Rule rule(ActiveRule rule) {
        SeriesPattern subject = rule.model().subject();
        Variable<Fact> variable = declarationOf(Fact.class, subject.variable());
        return PatternDSL.rule(PACKAGE, rule.id().value())
                .build(conditions(variable, subject), on(variable).execute(fact -> sink.hit(rule, fact)));
    }

    private PatternDef<Fact> conditions(Variable<Fact> variable, SeriesPattern series) {
        PatternDef<Fact> conditions = pattern(variable);
        series.labels().stream()
                .sorted(Comparator.comparing(LabelTest::op).thenComparing(LabelTest::toString))
                .forEach(label -> label(conditions, label));
        series.numbers().forEach(anyOf -> numbers(conditions, anyOf));
        return conditions;
    }

    private void label(PatternDef<Fact> conditions, LabelTest test) {
        String label = test.label();
        if (test.op() == LabelTest.Op.EQUAL) {
            var field = text(label, fact -> fact.label(label));
            equal(conditions, test.toString(), field, test.values().getFirst());
        } else {
            var predicate = test.predicate();
            conditions.expr(test.toString(), fact -> predicate.test(fact.label(label)));
        }
    }

    private static void equal(PatternDef<Fact> conditions, String name, Field<String> field, String value) {
        conditions.expr(
                name,
                fact -> value.equals(field.read().apply(fact)),
                alphaIndexedBy(String.class, ConstraintType.EQUAL, field.index(), field.read(), value));
    }

    private void numbers(PatternDef<Fact> conditions, List<Comparison> anyOf) {
        if (anyOf.size() > 1) {
            conditions.expr(
                    String.join(" || ", anyOf.stream().map(Comparison::toString).toList()),
                    fact -> anyOf.stream().anyMatch(comparison -> test(comparison, fact)));
            return;
        }
        Comparison comparison = anyOf.getFirst();
        ConstraintType type = range(comparison.operator());
        if (type == null) {
            conditions.expr(comparison.toString(), fact -> test(comparison, fact));
        } else {
            var field = number(comparison.quantity());
            conditions.expr(
                    comparison.toString(),
                    fact -> test(comparison, fact),
                    alphaIndexedBy(Double.class, type, field.index(), field.read(), comparison.limit()));
        }
    }

    private static @Nullable ConstraintType range(Operator operator) {
        return switch (operator) {
            case GREATER -> ConstraintType.GREATER_THAN;
            case GREATER_OR_EQUAL -> ConstraintType.GREATER_OR_EQUAL;
            case LESS -> ConstraintType.LESS_THAN;
            case LESS_OR_EQUAL -> ConstraintType.LESS_OR_EQUAL;
            case EQUAL, NOT_EQUAL -> null;
        };
    }

    private boolean test(Comparison comparison, Fact fact) {
        return comparison.operator().test(read(comparison.quantity(), fact), comparison.limit());
    }

    /** Must not throw: an exception in the middle of a propagation would leave Drools' memory half updated. */
    private double read(Quantity quantity, Fact fact) {
        try {
            return quantity.of(fact.series());
        } catch (RuntimeException e) {
            sink.failed(fact.metric(), quantity, e);
            return Double.NaN;
        }
    }

    @SuppressWarnings("unchecked") // a label's name always stands for a text
    private Field<String> text(String name, Function1<Fact, @Nullable String> read) {
        return (Field<String>) fields.computeIfAbsent(name, key -> new Field<>(fields.size(), read));
    }

    /** NaN becomes null, which an index of limits never matches; and -0.0 becomes 0.0, which it orders differently. */
    @SuppressWarnings("unchecked") // a quantity always stands for a number
    private Field<Double> number(Quantity quantity) {
        return (Field<Double>) fields.computeIfAbsent(
                quantity,
                key -> new Field<Double>(fields.size(), fact -> {
                    double value = read(quantity, fact) + 0.0;
                    return Double.isNaN(value) ? null : value;
                }));
    }
}
