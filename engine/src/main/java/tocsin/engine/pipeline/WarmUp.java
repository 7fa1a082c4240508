package tocsin.engine.pipeline;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tocsin.alert.Alert;
import tocsin.alert.AlertQuery;
import tocsin.alert.AlertStore;
import tocsin.alert.Status;
import tocsin.alert.Transition;
import tocsin.label.Fingerprint;
import tocsin.rule.CompiledRule;
import tocsin.rule.Severity;
import tocsin.rule.Window;
import tocsin.signal.LogPosition;
import tocsin.signal.LogRecord;
import tocsin.signal.SampleHistory;
import tocsin.signal.SignalLog;

/**
 * Brings back what a process knew before it stopped: windows from the log before the stored position, open alerts from
 * storage, and what held by evaluating the last stretch of the log once more without taking steps.
 */
final class WarmUp {
    private static final Logger logger = LoggerFactory.getLogger(WarmUp.class);

    /** Samples may come in this much later than their event time and still be found. */
    private static final Duration LATENESS = Duration.ofMinutes(1);

    /** The least that is read again, so that series which no window needs are known. */
    private static final Duration LEAST = Duration.ofMinutes(5);

    private static final Duration POLL = Duration.ofSeconds(1);

    private final SignalLog log;
    private final AlertStore alerts;
    private final SampleHistory history;
    private final Detector detector;
    private final DetectionSettings settings;
    private final Collection<CompiledRule> rules;
    private final LogPosition position;
    private final List<Alert> open;
    private final Map<Fingerprint, Alert> closed;
    private boolean rehearsing;

    WarmUp(
            SignalLog log,
            AlertStore alerts,
            SampleHistory history,
            Detector detector,
            DetectionSettings settings,
            Collection<CompiledRule> rules) {
        this.log = log;
        this.alerts = alerts;
        this.history = history;
        this.detector = detector;
        this.settings = settings;
        this.rules = rules;
        this.position = within(alerts.evaluatedUpTo());
        this.open = alerts.open();
        this.closed = closed();
    }

    /** How far back the log must reach for a restart with these rules. */
    static Duration reach(Collection<CompiledRule> rules) {
        var longest = rules.stream()
                .flatMap(rule -> rule.demands().stream())
                .map(demand -> demand.window().length())
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
        return longer(longest.plus(LATENESS), LEAST).plus(rehearsal(rules));
    }

    /** How long the stretch is that is evaluated: each silent series is looked at in it, each keep-firing fits in. */
    private static Duration rehearsal(Collection<CompiledRule> rules) {
        var keepFiring = rules.stream()
                .map(rule -> rule.definition().keepFiring())
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
        return longer(keepFiring.plus(LATENESS), LATENESS.multipliedBy(2));
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /** The record with which evaluation goes on. */
    LogPosition position() {
        return position;
    }

    List<Alert> open() {
        return open;
    }

    private LogPosition within(LogPosition stored) {
        if (stored.compareTo(log.end()) > 0) {
            logger.warn(
                    "The log ends at {} though it was evaluated up to {}: evaluation goes on with new records",
                    log.end().value(),
                    stored.value());
            return log.end();
        }
        if (stored.compareTo(log.oldest()) < 0) {
            logger.warn(
                    "The log begins at {} though it was evaluated up to {} only: the records between are lost to rules",
                    log.oldest().value(),
                    stored.value());
            return log.oldest();
        }
        return stored;
    }

    /** The latest episode of each alert that is over. */
    private Map<Fingerprint, Alert> closed() {
        var latest = new HashMap<Fingerprint, Alert>();
        for (var rule : rules) {
            var query = new AlertQuery(
                    Set.of(Status.RESOLVED), Severity.LOW, rule.definition().id(), AlertQuery.MAX_LIMIT);
            for (var alert : alerts.find(query)) {
                latest.merge(alert.fingerprint(), alert, (a, b) -> a.startedAt().isAfter(b.startedAt()) ? a : b);
            }
        }
        return latest;
    }

    /**
     * Run. Rules are in use afterwards.
     *
     * @param onRecord told of each record before the detector sees it
     * @return the first steps: for what has changed while the process was down
     */
    List<Transition> run(Consumer<LogRecord> onRecord) throws InterruptedException {
        closed.values().forEach(detector.lifecycle()::remember);
        if (position.compareTo(log.oldest()) > 0) {
            readAgain(onRecord);
        }
        rehearse();
        detector.advance(lastStep());
        closeWhatPeopleClosed();
        return detector.goLive();
    }

    private void readAgain(Consumer<LogRecord> onRecord) throws InterruptedException {
        var until = lastBefore();
        var rehearseFrom = until.minus(rehearsal(rules));
        try (var reader = log.read(log.positionAt(until.minus(reach(rules))))) {
            while (reader.position().compareTo(position) < 0) {
                var record = reader.poll(POLL);
                if (record == null) {
                    return;
                }
                onRecord.accept(record);
                if (record.appendedAt().isBefore(rehearseFrom)) {
                    detector.feed(record);
                } else {
                    rehearse();
                    detector.apply(record);
                }
            }
        }
    }

    /** When the last record was appended that was evaluated before the stop. */
    private Instant lastBefore() throws InterruptedException {
        try (var reader = log.read(new LogPosition(position.value() - 1))) {
            var record = reader.poll(POLL);
            return record == null ? Instant.EPOCH : record.appendedAt();
        }
    }

    private void rehearse() {
        if (!rehearsing) {
            rehearsing = true;
            open.stream().limit(settings.maxBackfill()).forEach(this::revive);
            detector.rehearse(open);
        }
    }

    /** An alert's series that has been silent for so long that the log was not read back to it. */
    private void revive(Alert alert) {
        var series = alert.evidence().series();
        if (detector.knows(series)) {
            return;
        }
        try {
            var now = detector.clock().plusMillis(1);
            var points = history.samples(series.fingerprint(), now.minus(Window.MAX_LENGTH), now);
            var seen = alert.evidence().at();
            detector.revive(
                    series,
                    points.size() > 0 ? points : history.samples(series.fingerprint(), seen, seen.plusMillis(1)));
        } catch (RuntimeException e) {
            logger.warn("The samples of {} cannot be read, its alert waits until it reports: {}", series, e.toString());
        }
    }

    /** Ticks after the last record may have been evaluated too: as far as stored steps tell, they were. */
    private Instant lastStep() {
        return Stream.concat(open.stream(), closed.values().stream())
                .map(Alert::changedAt)
                .max(Instant::compareTo)
                .filter(detector.clock()::isBefore)
                .orElse(detector.clock());
    }

    private void closeWhatPeopleClosed() throws InterruptedException {
        for (var one : detector.lifecycle().unclaimed().entrySet()) {
            var last = closed.get(one.getValue());
            if (last != null && closedByHand(last)) {
                detector.lifecycle().close(one.getKey());
            }
        }
    }

    /** To guess would be to page without need, or never. So this waits for the database, should it have gone away. */
    private boolean closedByHand(Alert alert) throws InterruptedException {
        for (boolean told = false; !Thread.currentThread().isInterrupted(); told = true) {
            try {
                var steps = alerts.transitions(alert.id());
                return !steps.isEmpty() && !steps.getLast().actor().equals(Transition.BY_RULE);
            } catch (RuntimeException e) {
                if (!told) {
                    logger.warn("Who closed an alert cannot be read; detection starts when it can: {}", e.toString());
                }
                LockSupport.parkNanos(settings.retryMost().toNanos());
            }
        }
        throw new InterruptedException();
    }
}
