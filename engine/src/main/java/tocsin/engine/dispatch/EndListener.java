package tocsin.engine.dispatch;

import tocsin.notify.Outbox.Claimed;
import tocsin.notify.Outbox.Outcome;

/** Is told how messages ended. */
@FunctionalInterface
public interface EndListener {
    /**
     * A message has ended for good, and this is stored. Called once in the normal case, never when Tocsin is killed in
     * between, and again when that made a message be sent again. Must be quick.
     *
     * @param detail the provider's answer, or why it was not sent
     */
    void onEnded(Claimed message, Outcome outcome, String detail);
}
