package tocsin.signal;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reads durable records in order, from one thread. */
public interface LogReader extends AutoCloseable {
    /** The next record, or null when none became durable within this time. */
    @Nullable LogRecord poll(Duration wait) throws InterruptedException;

    /** The position of the record that {@link #poll} returns next. */
    LogPosition position();

    @Override
    void close();
}
