package tocsin.web.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tocsin.signal.SampleBatch;
import tocsin.signal.Staleness;

class SimulationTest {
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    private final List<String> said = new ArrayList<>();
    private final List<SampleBatch> sent = new ArrayList<>();
    private Instant now = START;
    private Delivery answer = new Delivery.Taken();
    private int attempts;

    private Simulation simulation(Duration faultFor, Fault... faults) {
        var chosen = EnumSet.noneOf(Fault.class);
        chosen.addAll(List.of(faults));
        return new Simulation(
                new JanusDeployment("d", 1, START),
                new FaultPlan(chosen, START.plusSeconds(20), faultFor),
                batch -> {
                    attempts++;
                    if (answer instanceof Delivery.Taken) {
                        sent.add(batch);
                    }
                    return answer;
                },
                Duration.ofSeconds(2),
                () -> now,
                line -> said.add(line.substring(10)));
    }

    private @Nullable String steps(Simulation simulation, int seconds) throws InterruptedException {
        String hopeless = null;
        for (int i = 0; i < seconds; i += 2) {
            hopeless = simulation.step();
            now = now.plusSeconds(2);
        }
        return hopeless;
    }

    @Test
    void step_tellsOncePerChange() throws InterruptedException {
        steps(simulation(Duration.ofSeconds(60), Fault.LATENCY_SPIKE), 120);

        assertThat(said)
                .containsExactly(
                        "The server takes the telemetry.",
                        "latency-spike begins: the slowest chat requests take nine seconds. Expect an alert of rule janus.latency-high.",
                        "latency-spike is over.");
        assertThat(sent).hasSize(60);
    }

    @Test
    void heal_endsTheMemoryStoreFault() throws InterruptedException {
        var simulation = simulation(Duration.ofMinutes(5), Fault.MEMORY_STORE_DOWN);
        assertThat(simulation.heal(Fault.MEMORY_STORE_DOWN)).isFalse();
        steps(simulation, 30);
        assertThat(memoryStoreUp()).isZero();

        assertThat(simulation.heal(Fault.MEMORY_STORE_DOWN)).isTrue();
        steps(simulation, 4);

        assertThat(memoryStoreUp()).isEqualTo(1);
        assertThat(said)
                .contains(
                        "A call to the heal address came in, but there was nothing to repair.",
                        "A call to the heal address came in. memory-store-down is repaired after 10s.",
                        "memory-store-down is over.");
    }

    private double memoryStoreUp() {
        var last = sent.getLast();
        for (int i = 0; i < last.size(); i++) {
            if (last.series(i).metric().equals("janus_memory_store_up")) {
                return last.value(i);
            }
        }
        throw new AssertionError("no janus_memory_store_up in the last batch");
    }

    @Test
    void step_waitsForAServerThatIsAwayAndLosesNothing() throws InterruptedException {
        var simulation = simulation(Duration.ofMinutes(5));
        answer = new Delivery.Later("it cannot be reached (Connection refused)");
        steps(simulation, 60);
        assertThat(attempts).as("attempts in a minute, with growing pauses").isBetween(4, 9);
        assertThat(said)
                .containsExactly("The server does not take the telemetry: it cannot be reached (Connection refused)."
                        + " Trying again until it does.");

        answer = new Delivery.Taken();
        steps(simulation, 20);
        assertThat(sent).hasSize(40);
        assertThat(said).last().isEqualTo("The server is back and takes what waited.");

        answer = new Delivery.Later("it answered 503");
        steps(simulation, 4);
        assertThat(said)
                .last()
                .isEqualTo("The server does not take the telemetry: it answered 503. Trying again until it does.");
    }

    @Test
    void step_keepsOnlySoMuchForAServerThatStaysAway() throws InterruptedException {
        var simulation = simulation(Duration.ofMinutes(5));
        answer = new Delivery.Later("away");
        steps(simulation, 2000);
        answer = new Delivery.Taken();
        steps(simulation, 20);
        assertThat(sent.size()).isBetween(300, 310);
    }

    @Test
    void step_givesUpWhenAPersonMustActAndDropsWhatIsRefused() throws InterruptedException {
        var simulation = simulation(Duration.ofMinutes(5));
        answer = new Delivery.Refused("it answered 400: no");
        assertThat(steps(simulation, 10)).isNull();
        assertThat(said).containsExactly("The server refuses a part of the telemetry: it answered 400: no");

        answer = new Delivery.Hopeless("the token is not accepted");
        assertThat(steps(simulation, 2)).isEqualTo("the token is not accepted");
    }

    @Test
    void run_endsItsSeriesWhenItStops() throws InterruptedException {
        var simulation = simulation(Duration.ofMinutes(5));
        simulation.stop();

        assertThat(simulation.run(null)).isNull();

        assertThat(sent).hasSize(2);
        assertThat(Staleness.isMarker(sent.getLast().value(0))).isTrue();
        assertThat(sent.getLast().size()).isEqualTo(sent.getFirst().size());
        assertThat(said).last().isEqualTo("Stopped. The series of the deployment have ended.");
    }

    @Test
    void plan_knowsWhichFaultsAreUnderWay() {
        var plan = new FaultPlan(EnumSet.of(Fault.ERROR_BURST, Fault.TRAFFIC_STOP), START, Duration.ofMinutes(5));

        assertThat(plan.activeAt(START.minusMillis(1))).isEmpty();
        assertThat(plan.activeAt(START)).containsExactly(Fault.ERROR_BURST, Fault.TRAFFIC_STOP);
        assertThat(plan.activeAt(START.plus(Duration.ofMinutes(5)))).isEmpty();
    }
}
