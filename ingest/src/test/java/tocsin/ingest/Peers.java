package tocsin.ingest;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;

/** Real programs that tests speak with. */
public final class Peers {
    private Peers() {}

    /**
     * Where this program is. Where it is not installed the test is skipped, unless TOCSIN_TEST_PEERS=required says that
     * nothing may be skipped.
     */
    public static Path program(String name) {
        for (String directory : System.getenv("PATH").split(":")) {
            var program = Path.of(directory, name);
            if (Files.isExecutable(program)) {
                return program;
            }
        }
        String reason = name + " is not installed (Debian: apt-get install prometheus)";
        if ("required".equals(System.getenv("TOCSIN_TEST_PEERS"))) {
            fail(reason);
        }
        return abort(reason);
    }
}
