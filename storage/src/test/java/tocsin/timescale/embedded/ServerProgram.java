package tocsin.timescale.embedded;

import java.io.IOException;
import java.nio.file.Path;

/** A process of its own that runs an embedded PostgreSQL until it is told to stop, for tests that kill it. */
final class ServerProgram {
    private ServerProgram() {}

    /** Prints port and password, then waits for the end of its input. */
    public static void main(String[] arguments) throws IOException {
        try {
            var server = EmbeddedPostgres.start(Path.of(arguments[0]));
            Runtime.getRuntime().addShutdownHook(new Thread(server::close));
            System.out.println("ready " + server.port() + " " + server.password());
            while (System.in.read() >= 0) {
                // whoever started us keeps our input open
            }
        } catch (EmbeddedPostgresException e) {
            System.out.println("refused " + e.getMessage());
        }
        System.exit(0);
    }
}
