package tocsin.notifiers.common;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.LoggerFactory;

/** Collects everything that Tocsin and the libraries it sends with log, down to the finest level. */
public final class LogWatch extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private static final List<String> WATCHED =
            List.of("tocsin", "com.slack", "com.twilio", "org.eclipse.angus", "okhttp3");

    private final Queue<String> lines = new ConcurrentLinkedQueue<>();

    public LogWatch() {
        start();
        WATCHED.forEach(name -> {
            logger(name).setLevel(Level.TRACE);
            logger(name).addAppender(this);
        });
    }

    private static Logger logger(String name) {
        return (Logger) LoggerFactory.getLogger(name);
    }

    @Override
    protected void append(ILoggingEvent event) {
        lines.add(event.getFormattedMessage());
        if (event.getThrowableProxy() != null) {
            lines.add(ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
    }

    public String text() {
        return String.join("\n", lines);
    }

    @Override
    public void close() {
        WATCHED.forEach(name -> {
            logger(name).detachAppender(this);
            logger(name).setLevel(null);
        });
    }
}
