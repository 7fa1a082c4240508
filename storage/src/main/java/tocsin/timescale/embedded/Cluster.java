package tocsin.timescale.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of one server, and the commands that make, run and stop it. */
final class Cluster {
    static final String USER = "tocsin";

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
    private static final Duration COMMAND_LIMIT = Duration.ofMinutes(2);
    private static final long LOG_LIMIT_BYTES = 10L << 20;

    /** Modest: it shares the machine with Tocsin. Durability stays at PostgreSQL's own, safe defaults. */
    private static final List<String> SETTINGS = List.of(
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=60",
            "shared_buffers=128MB",
            "max_wal_size=1GB",
            "checkpoint_timeout=15min",
            "jit=off",
            "timezone=UTC",
            "log_timezone=UTC",
            "log_checkpoints=off");

    private final Path directory;
    private final Path data;
    private final Path log;
    private final Path programs;
    private final Privileges privileges;

    Cluster(Path directory) throws IOException {
        this.directory = directory;
        data = directory.resolve("data");
        log = directory.resolve("server.log");
        privileges = Privileges.detect();
        programs = Programs.unpack(directory).resolve("bin");
    }

    Path log() {
        return log;
    }

    /** The password, after making the database's files if there are none. */
    String initialize() throws IOException, InterruptedException {
        Path passwordFile = directory.resolve("password");
        if (Files.exists(data.resolve("PG_VERSION"))) {
            requireSameMajorVersion();
            privileges.give(data);
            return Files.readString(passwordFile).strip();
        }
        String password = randomPassword();
        writePrivately(passwordFile, password + "\n");
        Path unfinished = directory.resolve("data.unfinished");
        Programs.deleteRecursively(unfinished);
        Files.createDirectory(
                unfinished, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        privileges.give(unfinished);
        privileges.give(passwordFile);
        run(
                "initdb",
                "-D",
                unfinished.toString(),
                "-U",
                USER,
                "--pwfile=" + passwordFile,
                "--auth=scram-sha-256",
                "-E",
                "UTF8",
                "--locale=C.UTF-8");
        Programs.deleteRecursively(data);
        Files.move(unfinished, data, StandardCopyOption.ATOMIC_MOVE);
        return password;
    }

    /** Stop a server that outlived the process which started it, so that this one can take over its files. */
    void stopLeftover() throws IOException, InterruptedException {
        Path pidFile = data.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return;
        }
        if (isServer(pidFile)) {
            LOG.info("the embedded PostgreSQL of an earlier run is still there and is stopped first");
            run("pg_ctl", "stop", "-D", data.toString(), "-m", "fast", "-w", "-t", "60");
        } else {
            // its number may belong to an innocent process by now, in a container often to ourselves
            Files.deleteIfExists(pidFile);
        }
    }

    /** Start the server as a child of the calling thread. */
    Process launch(int port) throws IOException {
        rotateLog();
        var command = new ArrayList<String>();
        command.add(programs.resolve("postgres").toString());
        command.addAll(List.of("-D", data.toString(), "-p", Integer.toString(port)));
        for (String setting : SETTINGS) {
            command.addAll(List.of("-c", setting));
        }
        return builder(privileges.server(command))
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    /** Whether this server accepts connections: the eighth line of its own file says so. */
    boolean isReady(int port) {
        try {
            List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"));
            return lines.size() >= 8
                    && lines.get(3).strip().equals(Integer.toString(port))
                    && lines.get(7).strip().equals("ready");
        } catch (IOException e) {
            return false; // not there yet, or being written
        }
    }

    /** Ask for a fast shutdown, which ends sessions and writes a checkpoint, and wait for it. */
    void stop(Process server, Duration limit) throws InterruptedException {
        if (!server.isAlive()) {
            return;
        }
        try {
            run("pg_ctl", "kill", "INT", Long.toString(server.pid()));
        } catch (IOException e) {
            LOG.warn("the embedded PostgreSQL could not be asked to stop: {}", e.getMessage());
        }
        if (!server.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.warn(
                    "the embedded PostgreSQL has not stopped within {} s and is killed; no data is lost",
                    limit.toSeconds());
            server.destroyForcibly().waitFor();
        }
    }

    /** The last lines of the server's log, for an error message. */
    String lastWords() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join(" / ", lines.subList(Math.max(0, lines.size() - 4), lines.size()));
        } catch (IOException e) {
            return "no log was written";
        }
    }

    private void requireSameMajorVersion() throws IOException, InterruptedException {
        String made = Files.readString(data.resolve("PG_VERSION")).strip();
        String have =
                run("postgres", "--version").replaceAll("\\D*(\\d+).*", "$1").strip();
        if (!made.equals(have)) {
            throw new EmbeddedPostgresException("The data in " + data + " was made by PostgreSQL " + made
                    + " and this build embeds " + have + "; run pg_upgrade on it, or start an older Tocsin.");
        }
    }

    private static boolean isServer(Path pidFile) throws IOException {
        List<String> lines = Files.readAllLines(pidFile);
        Optional<ProcessHandle> process =
                lines.isEmpty() || !lines.getFirst().strip().matches("\\d{1,10}")
                        ? Optional.empty()
                        : ProcessHandle.of(Long.parseLong(lines.getFirst().strip()));
        return process.filter(ProcessHandle::isAlive)
                .flatMap(handle -> handle.info().command())
                .map(command -> command.endsWith("/postgres"))
                .orElse(false);
    }

    private String run(String program, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(programs.resolve(program).toString());
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(directory, program, ".out");
        try {
            Process process = builder(privileges.command(command))
                    .redirectOutput(output.toFile())
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(COMMAND_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(program + " has not ended within " + COMMAND_LIMIT.toSeconds() + " s");
            }
            String said = Files.readString(output).strip();
            if (process.exitValue() != 0) {
                String oneLine = said.lines()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty())
                        .reduce((first, second) -> first + " / " + second)
                        .orElse("no reason given");
                throw new IOException(program + " failed: " + oneLine);
            }
            return said;
        } finally {
            Files.deleteIfExists(output);
        }
    }

    private ProcessBuilder builder(List<String> command) {
        var builder = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("PG") || name.startsWith("LC_"));
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().put("TZ", "UTC");
        return builder;
    }

    private void rotateLog() throws IOException {
        if (Files.exists(log) && Files.size(log) > LOG_LIMIT_BYTES) {
            Files.move(log, directory.resolve("server.log.1"), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static String randomPassword() {
        var bytes = new byte[24];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static void writePrivately(Path file, String text) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, text);
    }
}
