package tocsin.engine.dispatch;

import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs a failure that repeats when it begins and when it is over. Safe for concurrent use. */
final class Outage {
    private static final Logger LOG = LoggerFactory.getLogger(Outage.class);

    private final String beginning;
    private final String end;
    private final AtomicBoolean failing = new AtomicBoolean();

    /**
     * @param beginning what is logged when it begins, in front of the failure
     * @param end what is logged when it is over
     */
    Outage(String beginning, String end) {
        this.beginning = beginning;
        this.end = end;
    }

    void began(RuntimeException failure) {
        if (failing.compareAndSet(false, true)) {
            LOG.warn("{}: {}", beginning, failure.toString());
        }
    }

    void over() {
        if (failing.compareAndSet(true, false)) {
            LOG.info("{}", end);
        }
    }
}
