package tocsin.engine.dispatch;

import java.time.Duration;
import java.time.Instant;
import tocsin.notify.Message;
import tocsin.notify.Outbox.Claimed;

/**
 * A message that was taken from the outbox.
 *
 * @param until end of the lease; after it another dispatcher may send the message
 * @param startBefore until when sending may begin, so that it ends within the lease
 */
record Taken(Claimed claimed, Instant until, Instant startBefore) {
    static Taken of(Claimed claimed, Instant now, Duration lease) {
        return new Taken(claimed, now.plus(lease), now.plus(lease.dividedBy(2)));
    }

    Message message() {
        return claimed.message();
    }

    String channel() {
        return claimed.message().channel();
    }
}
