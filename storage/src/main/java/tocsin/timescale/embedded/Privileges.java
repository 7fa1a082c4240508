package tocsin.timescale.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How to run PostgreSQL's programs, which refuse to run as root. A normal user runs them plainly; root gives up its
 * identity in a user namespace, where files stay its own, or else becomes {@code nobody}.
 *
 * @param prefix goes before each command
 * @param dyingWithParent goes before the server: it is then stopped cleanly when the thread that started it ends,
 *     which is what happens when the JVM is killed
 * @param owner to whom the server's files must belong, null when they are ours anyway
 */
record Privileges(
        List<String> prefix,
        List<String> dyingWithParent,
        @Nullable String owner) {
    private static final long PROBE_SECONDS = 5;

    static Privileges detect() {
        boolean diesWithParent = succeeds("setpriv", "--pdeathsig=INT", "true");
        List<String> dying = diesWithParent ? List.of("setpriv", "--pdeathsig=INT") : List.of();
        if (!isRoot()) {
            return new Privileges(List.of(), dying, null);
        }
        if (succeeds("unshare", "-U", "true")) {
            return new Privileges(List.of("unshare", "-U"), dying, "root");
        }
        List<String> become = List.of("setpriv", "--reuid=nobody", "--regid=" + groupOfNobody(), "--clear-groups");
        var probe = new ArrayList<>(become);
        probe.add("true");
        if (succeeds(probe.toArray(String[]::new))) {
            return new Privileges(become, dying, "nobody");
        }
        throw new EmbeddedPostgresException("PostgreSQL does not run as root and neither unshare nor setpriv works"
                + " here; start Tocsin as a normal user, or set TOCSIN_DATABASE_URL to a PostgreSQL of your own.");
    }

    List<String> command(List<String> command) {
        var all = new ArrayList<>(prefix);
        all.addAll(command);
        return all;
    }

    List<String> server(List<String> command) {
        var all = new ArrayList<>(prefix);
        all.addAll(dyingWithParent);
        all.addAll(command);
        return all;
    }

    /** Let the server write here and below. An earlier run may have had other rights than this one. */
    void give(Path path) throws IOException {
        if (owner == null) {
            return;
        }
        var wanted = path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(owner);
        if (!Files.getOwner(path).equals(wanted)) {
            try (var files = Files.walk(path)) {
                for (Path file : files.toList()) {
                    Files.setOwner(file, wanted);
                }
            }
        }
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name")) || succeeds("sh", "-c", "test \"$(id -u)\" = 0");
    }

    private static String groupOfNobody() {
        return succeeds("getent", "group", "nogroup") ? "nogroup" : "nobody";
    }

    private static boolean succeeds(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return false;
            }
            return process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
