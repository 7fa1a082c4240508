package tocsin.timescale;

import java.util.function.Supplier;
import org.springframework.transaction.support.TransactionTemplate;

/** Runs work in the running transaction, or in one of its own when there is none. */
final class Transactions {
    private Transactions() {}

    @SuppressWarnings("NullAway") // execute returns exactly what the work returned, which is not null
    static <T> T execute(TransactionTemplate transaction, Supplier<T> work) {
        return transaction.execute(status -> work.get());
    }
}
