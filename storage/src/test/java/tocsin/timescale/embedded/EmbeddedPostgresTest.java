package tocsin.timescale.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final List<Process> programs = new ArrayList<>();

    /** One for all tests, because unpacking and initdb take their time. */
    @TempDir
    static Path shared;

    private Path directory = Path.of("");

    @BeforeEach
    void begin() {
        directory = shared;
    }

    @AfterEach
    void end() throws InterruptedException {
        for (Process program : programs) {
            program.destroyForcibly().waitFor();
        }
        await(() -> postmaster() == null); // or the directory could not be deleted
    }

    @Test
    void dataOutlivesARestart() throws Exception {
        try (var server = EmbeddedPostgres.start(directory)) {
            execute(server, "CREATE TABLE restarted (id int)");
            execute(server, "INSERT INTO restarted VALUES (1)");
        }
        assertThat(directory.resolve("data/postmaster.pid")).doesNotExist();
        try (var server = EmbeddedPostgres.start(directory)) {
            assertThat(one(server, "SELECT count(*) FROM restarted")).isEqualTo("1");
        }
    }

    @Test
    void itIsSafeAndPrivate() throws Exception {
        try (var server = EmbeddedPostgres.start(directory)) {
            assertThat(one(server, "SHOW fsync")).isEqualTo("on");
            assertThat(one(server, "SHOW synchronous_commit")).isEqualTo("on");
            assertThat(one(server, "SHOW server_encoding")).isEqualTo("UTF8");
            assertThat(one(server, "SHOW log_timezone")).isEqualTo("UTC");
            assertThat(one(server, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(one(server, "SHOW unix_socket_directories")).isEmpty();
            assertThat(one(server, "SELECT datcollate FROM pg_database WHERE datname = current_database()"))
                    .isEqualTo("C.UTF-8");
            assertThatThrownBy(() -> DriverManager.getConnection(server.url(), server.user(), "wrong"))
                    .isInstanceOf(SQLException.class);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("password"))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void aServerThatDiesIsStartedAgainOnItsPort() throws Exception {
        try (var server = EmbeddedPostgres.start(directory)) {
            execute(server, "CREATE TABLE died (id int)");
            ProcessHandle before = postmaster();
            assertThat(before).isNotNull();
            before.destroyForcibly();
            before.onExit().get(LIMIT.toSeconds(), TimeUnit.SECONDS);

            await(() -> answers(server));
            assertThat(one(server, "SELECT count(*) FROM died")).isEqualTo("0");
            assertThat(postmaster()).isNotEqualTo(before);
        }
        assertThat(postmaster()).isNull();
    }

    @Test
    void anotherTocsinIsRefused() {
        try (var server = EmbeddedPostgres.start(directory)) {
            assertThatThrownBy(() -> EmbeddedPostgres.start(directory))
                    .isInstanceOf(EmbeddedPostgresException.class)
                    .hasMessage("Another Tocsin uses the data directory " + directory
                            + "; stop it first, or give this one a directory of its own with --tocsin.data=DIR.");
            assertThat(server.port()).isPositive();
        }
    }

    @Test
    void aDirectoryThatIsAFileIsRefusedInASentence() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> EmbeddedPostgres.start(file))
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessageContaining("--tocsin.data=DIR");
    }

    @Test
    void dataOfAnotherVersionIsRefused(@TempDir Path own) throws IOException {
        EmbeddedPostgres.start(directory).close();
        try (var entries = Files.newDirectoryStream(directory, "runtime-*")) {
            for (Path runtime : entries) {
                Files.createSymbolicLink(own.resolve(runtime.getFileName()), runtime);
            }
        }
        directory = own;
        Files.createDirectory(directory.resolve("data"));
        Files.writeString(directory.resolve("data/PG_VERSION"), "12\n");
        assertThatThrownBy(() -> EmbeddedPostgres.start(directory))
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessageContaining("was made by PostgreSQL 12 and this build embeds");
    }

    @Test
    void aPidFileOfAnInnocentProcessDoesNotMatter() throws Exception {
        EmbeddedPostgres.start(directory).close();
        String innocent = ProcessHandle.current().pid() + "\n" + directory + "/data\n0\n5432\n\n\n0\nready\n";
        Files.writeString(directory.resolve("data/postmaster.pid"), innocent);
        try (var server = EmbeddedPostgres.start(directory)) {
            assertThat(one(server, "SELECT 1")).isEqualTo("1");
        }
    }

    /** The children of a killed JVM: what was committed is there, and the next start does not stumble over them. */
    @Test
    void afterKillTheNextStartWorks() throws Exception {
        for (int round = 1; round <= 3; round++) {
            Program program = run(List.of());
            try (var connection = program.connect();
                    var statement = connection.createStatement()) {
                statement.execute("CREATE TABLE IF NOT EXISTS kept (id int)");
                statement.execute("INSERT INTO kept VALUES (" + round + ")");
                program.process.destroyForcibly().waitFor();
            }
        }
        try (var server = EmbeddedPostgres.start(directory)) {
            assertThat(one(server, "SELECT count(*) FROM kept")).isEqualTo("3");
        }
    }

    @Test
    void sigtermStopsItCleanly() throws Exception {
        stop(run(List.of()));
        assertThat(Files.readString(directory.resolve("server.log"))).contains("database system is shut down");
    }

    @Test
    void aNormalUserRunsItToo() throws Exception {
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "only root can become another user");
        Path home = Files.createTempDirectory(Path.of("/tmp"), "tocsin-user");
        try {
            Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.setOwner(
                    home, home.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
            String classes = copyClassPath(home);
            directory = home.resolve("postgres");
            Program program = run(List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"), classes);
            try (var connection = program.connect()) {
                assertThat(connection.isValid(1)).isTrue();
            }
            stop(program);
            becomesNobodyWithoutNamespaces(home, classes);
        } finally {
            Programs.deleteRecursively(home);
        }
    }

    /** As in a container whose seccomp profile forbids user namespaces. The same data serves on. */
    private void becomesNobodyWithoutNamespaces(Path home, String classes) throws Exception {
        Path refusing = Files.createDirectory(home.resolve("bin"));
        Files.writeString(refusing.resolve("unshare"), "#!/bin/sh\nexit 1\n");
        Files.setPosixFilePermissions(refusing.resolve("unshare"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Program asNobody = run(List.of("env", "PATH=" + refusing + ":" + System.getenv("PATH")), classes);
        assertThat(Files.getOwner(directory.resolve("data")).getName()).isEqualTo("nobody");
        stop(asNobody);

        Program asRoot = run(List.of(), classes);
        try (var connection = asRoot.connect()) {
            assertThat(connection.isValid(1)).isTrue();
        }
        assertThat(Files.getOwner(directory.resolve("data")).getName())
                .as("where namespaces are allowed root keeps its files, else nobody does")
                .isIn("root", "nobody");
        stop(asRoot);
    }

    private void stop(Program program) throws InterruptedException {
        program.process.destroy();
        assertThat(program.process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(directory.resolve("data/postmaster.pid")).doesNotExist();
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsRefusedInASentence() throws Exception {
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "only root can become another user");
        Path home = Files.createTempDirectory(Path.of("/tmp"), "tocsin-user");
        try {
            Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
            String classes = copyClassPath(home);
            directory = home.resolve("postgres");
            Process process =
                    launch(List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"), classes);
            assertThat(firstLine(process))
                    .isEqualTo("refused The data directory " + directory + " cannot be written by user nobody;"
                            + " give it to that user, or choose another with --tocsin.data=DIR.");
        } finally {
            Programs.deleteRecursively(home);
        }
    }

    private record Program(Process process, int port, String password) {
        Connection connect() throws SQLException {
            return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/tocsin", "tocsin", password);
        }
    }

    private Program run(List<String> prefix) throws IOException {
        return run(prefix, System.getProperty("java.class.path"));
    }

    private Program run(List<String> prefix, String classPath) throws IOException {
        Process process = launch(prefix, classPath);
        String[] words = firstLine(process).split(" ");
        assertThat(words).as(String.join(" ", words)).hasSize(3).startsWith("ready");
        return new Program(process, Integer.parseInt(words[1]), words[2]);
    }

    private Process launch(List<String> prefix, String classPath) throws IOException {
        var command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "-cp", classPath, ServerProgram.class.getName(), directory.toString()));
        Process process = new ProcessBuilder(command)
                .directory(new File("/"))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        programs.add(process);
        return process;
    }

    private static String firstLine(Process process) throws IOException {
        var reader = new BufferedReader(process.inputReader(StandardCharsets.UTF_8));
        return String.valueOf(reader.readLine());
    }

    /** The class path, where another user may read it: this one may lie in root's home. */
    private static String copyClassPath(Path home) throws IOException {
        Path jars = Files.createDirectory(home.resolve("classes"));
        var entries = new ArrayList<String>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path source = Path.of(entry);
            Path target = jars.resolve(Integer.toString(entries.size()));
            if (Files.isRegularFile(source)) {
                Files.copy(source, target);
            } else if (Files.isDirectory(source)) {
                copy(source, target);
            }
            entries.add(target.toString());
        }
        return String.join(File.pathSeparator, entries);
    }

    private static void copy(Path source, Path target) throws IOException {
        try (var files = Files.walk(source)) {
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(source.relativize(file).toString()));
            }
        }
    }

    private @Nullable ProcessHandle postmaster() {
        try {
            List<String> lines = Files.readAllLines(directory.resolve("data/postmaster.pid"));
            return ProcessHandle.of(Long.parseLong(lines.getFirst().strip()))
                    .filter(ProcessHandle::isAlive)
                    .orElse(null);
        } catch (IOException | RuntimeException e) {
            return null; // there is none, or it is being written
        }
    }

    private static boolean answers(EmbeddedPostgres server) {
        try {
            return one(server, "SELECT 1").equals("1");
        } catch (SQLException e) {
            return false;
        }
    }

    private static void execute(EmbeddedPostgres server, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(server.url(), server.user(), server.password());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String one(EmbeddedPostgres server, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(server.url(), server.user(), server.password());
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("it takes too long").isLessThan(deadline);
            new CountDownLatch(1).await(20, TimeUnit.MILLISECONDS);
        }
    }
}
