package tocsin.notify;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tocsin.alert.AlertId;

/**
 * Messages on their way. A message that was enqueued in a transaction that committed is sent at least once, whatever
 * crashes; it is sent by one dispatcher at a time. Safe for concurrent use.
 */
public interface Outbox {
    /** Add a message, as part of the running transaction when there is one. The same key again changes nothing. */
    void enqueue(Message message);

    /**
     * Make due again what this server had taken and not recorded before it crashed, instead of waiting for the leases to
     * run out. To be called before the first {@link #claim}. Returns how many there were.
     */
    default int recover() {
        return 0; // an outbox that is lost with its process has nothing to recover
    }

    /**
     * Take messages that are due, oldest first, and hide them from other dispatchers for the lease. A message of an
     * alert is not given out while an earlier one for the same alert and channel is still on its way.
     */
    List<Claimed> claim(int limit, Duration lease);

    /**
     * As {@link #claim(int, Duration)}, without messages for these channels, because the caller has no room for them. So
     * a channel that does not answer never keeps the others waiting. An outbox that cannot leave them out may give them
     * out all the same; the caller then puts them back.
     */
    default List<Claimed> claim(int limit, Duration lease, Set<String> exceptChannels) {
        return claim(limit, lease);
    }

    /** Record an attempt and take the message out for good. */
    void finish(Claimed message, Outcome outcome, String providerId, String detail);

    /** Record an attempt and try again at this time. */
    void retry(Claimed message, Instant at, String detail);

    /** Everything about an alert, oldest first, with every attempt. */
    List<Entry> of(AlertId alert);

    /** The newest messages of all, newest first. */
    List<Entry> latest(int limit);

    /** How many are waiting or being sent. */
    long waiting();

    /** Be told, soon after a commit, that there may be something to claim. */
    void onEnqueued(Runnable listener);

    /**
     * A message that this dispatcher must now send.
     *
     * @param attempt counted from 1
     * @param earlier the provider's id of the first delivered message about the same alert by the same channel
     * @param uncertain an attempt before this one was never recorded, so people may get it twice
     */
    record Claimed(
            long id, Message message, int attempt, @Nullable String earlier, boolean uncertain) {}

    /** How a message ended. */
    enum Outcome {
        DELIVERED,
        /** The provider refused for good, or attempts ran out. */
        FAILED,
        /** Not sent, because by then the alert did not want it any more. */
        DROPPED
    }

    /** A message and what was tried. {@code outcome} is null while it is on its way. */
    record Entry(
            long id,
            Message message,
            @Nullable Outcome outcome,
            @Nullable String providerId,
            List<Attempt> attempts) {}

    /** One attempt, with the provider's answer in words. */
    record Attempt(int number, Instant at, String detail) {}
}
