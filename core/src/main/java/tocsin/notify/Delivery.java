package tocsin.notify;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What became of one attempt to send. */
public sealed interface Delivery {
    /**
     * The provider has taken it.
     *
     * @param providerId the provider's name for it, by which a later message can update it; empty when it has none
     */
    record Delivered(String providerId) implements Delivery {}

    /**
     * Not now; a later attempt may succeed.
     *
     * @param after the pause that the provider asked for, null when it asked for none
     */
    record Retry(String cause, @Nullable Duration after) implements Delivery {}

    /** Never: the same message would be refused again. */
    record Rejected(String cause) implements Delivery {}
}
