package tocsin.web.simulate;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tocsin.rule.Durations;
import tocsin.signal.SampleBatch;

/** Lets the deployment live, sends what it tells, and says in a line what has changed. */
final class Simulation {
    /** Sends one batch. */
    @FunctionalInterface
    interface Sender {
        Delivery send(SampleBatch batch) throws InterruptedException;
    }

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneId.systemDefault());
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);
    /** Batches that wait while the server is away; past this the oldest are dropped. */
    private static final int MAX_WAITING = 300;

    private final JanusDeployment deployment;
    private final FaultPlan plan;
    private final Sender sender;
    private final Duration interval;
    private final InstantSource clock;
    private final Consumer<String> out;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final ArrayDeque<SampleBatch> waiting = new ArrayDeque<>();

    private Set<Fault> active = EnumSet.noneOf(Fault.class);
    private boolean connected;
    private @Nullable Instant awayUntil;
    private Duration pause = Duration.ZERO;
    private @Nullable String lastTrouble;

    Simulation(
            JanusDeployment deployment,
            FaultPlan plan,
            Sender sender,
            Duration interval,
            InstantSource clock,
            Consumer<String> out) {
        this.deployment = deployment;
        this.plan = plan;
        this.sender = sender;
        this.interval = interval;
        this.clock = clock;
        this.out = out;
    }

    /** Run until this time, or until {@link #stop}. Returns null, or why it is pointless to go on. */
    @Nullable String run(@Nullable Instant until) throws InterruptedException {
        String hopeless;
        boolean over;
        do {
            hopeless = step();
            over = stop.await(interval.toMillis(), TimeUnit.MILLISECONDS)
                    || (until != null && !clock.instant().isBefore(until));
        } while (hopeless == null && !over);
        if (hopeless == null) {
            sayGoodbye();
        }
        return hopeless;
    }

    void stop() {
        stop.countDown();
    }

    /** One reading of all metrics, and an attempt to send what waits. Returns why it is pointless to go on, or null. */
    @Nullable String step() throws InterruptedException {
        var now = clock.instant();
        tellFaults(now);
        waiting.add(deployment.advance(now, active));
        if (waiting.size() > MAX_WAITING) {
            waiting.remove();
        }
        return awayUntil != null && now.isBefore(awayUntil) ? null : sendWaiting(now);
    }

    private void tellFaults(Instant now) {
        var current = plan.activeAt(now);
        for (var fault : Fault.values()) {
            if (current.contains(fault) && !active.contains(fault)) {
                say(
                        now,
                        "%s begins: %s. Expect an alert of rule %s."
                                .formatted(fault.label(), fault.story(), fault.rule()));
            } else if (!current.contains(fault) && active.contains(fault)) {
                say(now, fault.label() + " is over.");
            }
        }
        active = current;
    }

    private @Nullable String sendWaiting(Instant now) throws InterruptedException {
        while (!waiting.isEmpty()) {
            switch (sender.send(waiting.getFirst())) {
                case Delivery.Taken _ -> {
                    waiting.remove();
                    reached(now);
                }
                case Delivery.Refused refused -> {
                    waiting.remove();
                    trouble(now, "The server refuses a part of the telemetry: " + refused.reason());
                }
                case Delivery.Later later -> {
                    away(now, later.reason());
                    return null;
                }
                case Delivery.Hopeless hopeless -> {
                    return hopeless.reason();
                }
            }
        }
        return null;
    }

    private void reached(Instant now) {
        if (!connected) {
            say(
                    now,
                    awayUntil == null
                            ? "The server takes the telemetry."
                            : "The server is back and takes what waited.");
        }
        connected = true;
        awayUntil = null;
        pause = Duration.ZERO;
    }

    /** Doubles the pause up to its limit, and tells only of the first failure in a row. */
    private void away(Instant now, String reason) {
        if (connected || awayUntil == null) {
            say(now, "The server does not take the telemetry: " + reason + ". Trying again until it does.");
        }
        connected = false;
        pause = pause.isZero() ? Duration.ofSeconds(1) : pause.multipliedBy(2);
        pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
        awayUntil = now.plus(pause);
    }

    private void trouble(Instant now, String sentence) {
        if (!sentence.equals(lastTrouble)) {
            say(now, sentence);
        }
        lastTrouble = sentence;
    }

    /** Ends a fault because somebody asked for it. Called on another thread. */
    boolean heal(Fault fault) {
        var now = clock.instant();
        boolean healed = plan.heal(fault, now);
        if (healed) {
            var lasted = Durations.format(
                    Duration.ofSeconds(Duration.between(plan.beginsAt(), now).toSeconds()));
            say(now, "A call to the heal address came in. %s is repaired after %s.".formatted(fault.label(), lasted));
        } else {
            say(now, "A call to the heal address came in, but there was nothing to repair.");
        }
        return healed;
    }

    private void sayGoodbye() throws InterruptedException {
        var now = clock.instant();
        if (connected) {
            sender.send(deployment.end(now));
        }
        say(now, "Stopped. The series of the deployment have ended.");
    }

    private void say(Instant now, String sentence) {
        out.accept(TIME.format(now) + "  " + sentence);
    }
}
