package tocsin.web.simulate;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import tocsin.rule.Durations;

/** Sends believable telemetry of a deployment of AI teammates to a Tocsin, with faults on request. */
@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Sends believable telemetry of a deployment of AI teammates, and breaks it on request.",
        footer = {
            "",
            "Faults: latency-spike, cost-runaway, memory-store-down, error-burst, vector-store-slow,",
            "        graph-store-slow, traffic-stop.",
            "",
            "The token is taken from --token, else from TOCSIN_TOKEN, else from the file ingest.token that",
            "a server on this machine leaves in its data directory.",
            "",
            "Examples:",
            "  ./tocsin simulate --fault latency-spike",
            "  ./tocsin simulate --fault memory-store-down --fault-after 1m --for 10m"
        })
public final class SimulateCommand implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final Duration GOODBYE_WAIT = Duration.ofSeconds(3);

    @Option(
            names = "--url",
            defaultValue = "http://localhost:8080",
            description = "Where Tocsin is (${DEFAULT-VALUE}).")
    private URI url = URI.create("http://localhost:8080");

    @Option(names = "--token", description = "An API token with the right to ingest.")
    private @Nullable String token;

    @Option(
            names = "--data",
            defaultValue = "data",
            description =
                    "The data directory of a server on this machine, to take its token from (./${DEFAULT-VALUE}).")
    private Path data = Path.of("data");

    @Option(
            names = "--deployment",
            defaultValue = "janus-demo",
            description = "The label that tells this deployment from others (${DEFAULT-VALUE}).")
    private String deployment = "janus-demo";

    @Option(
            names = "--fault",
            paramLabel = "FAULT",
            split = ",",
            converter = FaultConverter.class,
            description = "What goes wrong; can be given more than once.")
    private List<Fault> faults = List.of();

    @Option(
            names = "--fault-after",
            defaultValue = "20s",
            converter = DurationConverter.class,
            description = "When the faults begin (${DEFAULT-VALUE}).")
    private Duration faultAfter = Duration.ofSeconds(20);

    @Option(
            names = "--fault-for",
            defaultValue = "5m",
            converter = DurationConverter.class,
            description = "How long they last (${DEFAULT-VALUE}).")
    private Duration faultFor = Duration.ofMinutes(5);

    @Option(names = "--for", converter = DurationConverter.class, description = "When to stop (on Ctrl-C).")
    private @Nullable Duration length;

    @Option(
            names = "--interval",
            defaultValue = "2s",
            converter = DurationConverter.class,
            description = "Time between two readings (${DEFAULT-VALUE}).")
    private Duration interval = Duration.ofSeconds(2);

    @Option(
            names = "--seed",
            defaultValue = "1",
            description = "The same seed gives the same noise (${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(
            names = "--listen-port",
            defaultValue = "18099",
            description =
                    "Where memory-store-down waits for the call that repairs it: POST http://localhost:PORT/heal/memory-store (${DEFAULT-VALUE}).")
    private int listenPort = 18_099;

    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandLine.Model.CommandSpec spec;

    private final Map<String, String> environment;

    public SimulateCommand() {
        this(System.getenv());
    }

    SimulateCommand(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    @Override
    public Integer call() throws InterruptedException {
        checkOptions();
        String key = findToken();
        if (key == null) {
            return fail(
                    "there is no API token: start the server on this machine (./tocsin serve), or give --data with its"
                            + " data directory, --token, or TOCSIN_TOKEN");
        }
        var chosen = faults.isEmpty() ? EnumSet.noneOf(Fault.class) : EnumSet.copyOf(faults);
        var clock = InstantSource.system();
        var start = clock.instant();
        var plan = new FaultPlan(chosen, start.plus(faultAfter), faultFor);
        try (var transmitter = new Transmitter(url, key)) {
            var simulation = new Simulation(
                    new JanusDeployment(deployment, seed, start), plan, transmitter::send, interval, clock, this::say);
            return run(simulation, chosen, start);
        }
    }

    private void checkOptions() {
        if (url.getHost() == null || !List.of("http", "https").contains(url.getScheme())) {
            throw new ParameterException(
                    spec.commandLine(), "--url is written like http://localhost:8080, not \"" + url + "\"");
        }
        if (interval.compareTo(Duration.ofMillis(100)) < 0 || interval.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new ParameterException(spec.commandLine(), "--interval is between 100ms and 1m");
        }
        if (listenPort < 0 || listenPort > 65_535) {
            throw new ParameterException(spec.commandLine(), "--listen-port is between 0 and 65535");
        }
    }

    /** Null when there is none. */
    private @Nullable String findToken() {
        if (token != null) {
            return token.strip();
        }
        String fromEnvironment = environment.get("TOCSIN_TOKEN");
        if (fromEnvironment != null && !fromEnvironment.isBlank()) {
            return fromEnvironment.strip();
        }
        try {
            String text = Files.readString(data.resolve("ingest.token")).strip();
            return text.isEmpty() ? null : text;
        } catch (IOException e) {
            return null;
        }
    }

    private int run(Simulation simulation, Set<Fault> chosen, Instant start) throws InterruptedException {
        HealListener listener = null;
        var ended = new CountDownLatch(1);
        var goodbye = new Thread(() -> stop(simulation, ended), "simulate-goodbye");
        try {
            if (chosen.contains(Fault.MEMORY_STORE_DOWN)) {
                listener = new HealListener(listenPort, () -> simulation.heal(Fault.MEMORY_STORE_DOWN));
            }
            introduce(chosen, listener);
            Runtime.getRuntime().addShutdownHook(goodbye);
            String hopeless = simulation.run(length == null ? null : start.plus(length));
            return hopeless == null ? 0 : fail(hopeless);
        } catch (IOException e) {
            return fail(
                    "port %d is taken; choose another with --listen-port, and give the same to the channel restart-memory-store"
                            .formatted(listenPort));
        } finally {
            ended.countDown();
            removeHook(goodbye);
            if (listener != null) {
                listener.close();
            }
        }
    }

    /** On Ctrl-C: let the simulation end its series, but do not wait for ever. */
    private static void stop(Simulation simulation, CountDownLatch ended) {
        simulation.stop();
        try {
            var _ = ended.await(GOODBYE_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the JVM is going down already, by way of this very hook
        }
    }

    private void introduce(Set<Fault> chosen, @Nullable HealListener listener) {
        say("Sending telemetry of %s to %s every %s. Ctrl-C stops it."
                .formatted(deployment, url, Durations.format(interval)));
        for (var fault : chosen) {
            say("In %s: %s.".formatted(Durations.format(faultAfter), fault.label()));
        }
        if (listener != null) {
            say("POST http://localhost:%d%s restarts the memory store.".formatted(listener.port(), HealListener.PATH));
        }
    }

    private void say(String line) {
        var out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }

    private int fail(String sentence) {
        spec.commandLine().getErr().println("tocsin: " + sentence + ".");
        return FAILED;
    }

    static final class FaultConverter implements CommandLine.ITypeConverter<Fault> {
        @Override
        public Fault convert(String text) {
            try {
                return Fault.of(text);
            } catch (IllegalArgumentException e) {
                throw new CommandLine.TypeConversionException(e.getMessage());
            }
        }
    }

    static final class DurationConverter implements CommandLine.ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return Durations.parse(text);
            } catch (IllegalArgumentException e) {
                throw new CommandLine.TypeConversionException(e.getMessage());
            }
        }
    }
}
