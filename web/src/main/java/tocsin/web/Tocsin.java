package tocsin.web;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import tocsin.web.simulate.SimulateCommand;

/** The program: one command with a subcommand for each thing that people start from a shell. */
@Command(
        name = "tocsin",
        mixinStandardHelpOptions = true,
        versionProvider = Tocsin.Version.class,
        description = "Takes in signals, decides by your rules what is wrong, and tells the people who can mend it.",
        subcommands = {ServeCommand.class, SimulateCommand.class},
        footer = {
            "",
            "Examples:",
            "  ./tocsin serve                                start on http://localhost:8080",
            "  ./tocsin serve --server.port=18080            any Spring property can follow",
            "  ./tocsin simulate --fault latency-spike       send believable telemetry, then break it"
        })
public final class Tocsin implements Runnable {
    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private CommandLine.Model.CommandSpec spec;

    private Tocsin() {}

    public static void main(String[] arguments) {
        int status = new CommandLine(new Tocsin())
                .setExecutionExceptionHandler(Tocsin::explain)
                .execute(arguments);
        if (status != ServeCommand.RUNNING) {
            System.exit(status);
        }
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    private static int explain(Exception failure, CommandLine commandLine, CommandLine.ParseResult parsed)
            throws Exception {
        if (failure instanceof CannotStartException) {
            commandLine.getErr().println("tocsin: " + failure.getMessage());
            return 1;
        }
        throw failure;
    }

    /** The version in the jar's manifest. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Tocsin.class.getPackage().getImplementationVersion();
            return new String[] {"tocsin " + (version == null ? "(unpackaged)" : version)};
        }
    }
}
