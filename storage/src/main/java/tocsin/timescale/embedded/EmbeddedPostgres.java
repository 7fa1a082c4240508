package tocsin.timescale.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server on this machine's loopback, with its data in a directory of ours. Only whoever can read the
 * password file beside the data can connect. One process at a time owns the directory; when that process was killed,
 * the next one stops the server that it left and starts again. When the server dies, it is started again on the same
 * port.
 */
public final class EmbeddedPostgres implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
    private static final String DATABASE = "tocsin";

    /** Recovery after a crash may replay much of the write-ahead log. */
    private static final Duration START_LIMIT = Duration.ofMinutes(3);

    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 10_000;
    private static final long READY_POLL_MILLIS = 10;
    private static final int PORT_ATTEMPTS = 3;

    private final FileChannel lock;
    private final Cluster cluster;
    private final String password;
    private final CompletableFuture<Integer> firstStart = new CompletableFuture<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread supervisor;
    private final int port;

    private EmbeddedPostgres(Path directory, FileChannel lock) throws IOException, InterruptedException {
        this.lock = lock;
        cluster = new Cluster(directory);
        password = cluster.initialize();
        cluster.stopLeftover();
        // a platform thread that lives as long as the server: the server is told to stop when its parent thread ends
        supervisor = Thread.ofPlatform().name("embedded-postgres").daemon().unstarted(this::supervise);
        supervisor.start();
        try {
            port = firstStart.join();
            createDatabase();
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        } catch (SQLException e) {
            stopping.countDown();
            supervisor.join();
            throw new IOException("the server runs but refuses us: " + e.getMessage(), e);
        }
    }

    /**
     * Start a server, after making a database in this directory when there is none yet.
     *
     * @throws EmbeddedPostgresException when it cannot run, with a sentence for the person who started Tocsin
     */
    public static EmbeddedPostgres start(Path directory) {
        Path absolute = directory.toAbsolutePath().normalize();
        FileChannel lock = null;
        boolean running = false;
        try {
            Files.createDirectories(absolute);
            lock = lock(absolute);
            var postgres = new EmbeddedPostgres(absolute, lock);
            running = true;
            return postgres;
        } catch (IOException e) {
            throw explain(absolute, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedPostgresException("The start of the embedded PostgreSQL was interrupted.", e);
        } finally {
            if (!running && lock != null) {
                unlock(lock);
            }
        }
    }

    /** For the JDBC driver. */
    public String url() {
        return url(DATABASE);
    }

    public String user() {
        return Cluster.USER;
    }

    public String password() {
        return password;
    }

    public int port() {
        return port;
    }

    /** Where the server itself writes what goes wrong. */
    public Path serverLog() {
        return cluster.log();
    }

    /** Stop the server cleanly and let go of the directory. */
    @Override
    public void close() {
        stopping.countDown();
        try {
            supervisor.join(STOP_LIMIT.multipliedBy(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        unlock(lock);
    }

    private String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    private void supervise() {
        try {
            Process server = startOnFreePort();
            while (true) {
                if (awaitEnd(server)) {
                    cluster.stop(server, STOP_LIMIT);
                    return;
                }
                LOG.error(
                        "the embedded PostgreSQL ended with code {} and is started again: {}",
                        server.exitValue(),
                        cluster.lastWords());
                server = restart();
            }
        } catch (IOException e) {
            firstStart.completeExceptionally(e);
        } catch (InterruptedException e) {
            firstStart.completeExceptionally(new IOException("interrupted", e));
        }
    }

    /** Wait until we shall stop, which answers true, or until the server has ended by itself. */
    private boolean awaitEnd(Process server) throws InterruptedException {
        var ended = server.onExit().thenRun(() -> {});
        while (!ended.isDone()) {
            if (stopping.await(READY_POLL_MILLIS * 10, TimeUnit.MILLISECONDS)) {
                return true;
            }
        }
        return stopping.getCount() == 0;
    }

    private Process startOnFreePort() throws IOException, InterruptedException {
        IOException failure = null;
        for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
            int candidate = freePort();
            try {
                Process server = startOn(candidate);
                firstStart.complete(candidate);
                return server;
            } catch (IOException e) {
                failure = e;
                if (!cluster.lastWords().contains("could not bind")) {
                    break;
                }
            }
        }
        throw failure == null ? new IOException("no attempt was made") : failure;
    }

    /** On the same port, as often as it takes, with growing pauses. */
    private Process restart() throws InterruptedException {
        long pause = FIRST_PAUSE_MILLIS;
        while (!stopping.await(pause, TimeUnit.MILLISECONDS)) {
            try {
                cluster.stopLeftover();
                Process server = startOn(firstStart.join());
                LOG.info("the embedded PostgreSQL runs again");
                return server;
            } catch (IOException e) {
                pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 2);
                LOG.error("the embedded PostgreSQL did not start, next attempt in {} ms: {}", pause, e.getMessage());
            }
        }
        throw new InterruptedException("stopping");
    }

    private Process startOn(int candidate) throws IOException, InterruptedException {
        Process server = cluster.launch(candidate);
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!cluster.isReady(candidate)) {
            if (server.waitFor(READY_POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new IOException("the server ended at once: " + cluster.lastWords());
            }
            if (stopping.getCount() == 0 || System.nanoTime() > deadline) {
                cluster.stop(server, STOP_LIMIT);
                throw new IOException("the server was not ready within " + START_LIMIT.toMinutes() + " minutes");
            }
        }
        return server;
    }

    private void createDatabase() throws SQLException {
        try (var connection = DriverManager.getConnection(url("postgres"), Cluster.USER, password);
                var statement = connection.createStatement()) {
            try (var found = statement.executeQuery("SELECT FROM pg_database WHERE datname = '" + DATABASE + "'")) {
                if (found.next()) {
                    return;
                }
            }
            statement.execute("CREATE DATABASE " + DATABASE);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static FileChannel lock(Path directory) throws IOException {
        FileChannel channel =
                FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            LOG.debug("this very process holds the lock", e);
        }
        channel.close();
        throw new EmbeddedPostgresException("Another Tocsin uses the data directory " + directory
                + "; stop it first, or give this one a directory of its own with --tocsin.data=DIR.");
    }

    private static void unlock(FileChannel lock) {
        try {
            lock.close();
        } catch (IOException e) {
            LOG.warn("the data directory's lock could not be released: {}", e.getMessage());
        }
    }

    private static EmbeddedPostgresException explain(Path directory, IOException failure) {
        String reason = String.valueOf(failure.getMessage());
        String lower = reason.toLowerCase(Locale.ROOT);
        if (failure instanceof AccessDeniedException || lower.contains("permission denied")) {
            return new EmbeddedPostgresException(
                    "The data directory " + directory + " cannot be written by user "
                            + System.getProperty("user.name")
                            + "; give it to that user, or choose another with --tocsin.data=DIR.",
                    failure);
        }
        if (lower.contains("read-only file system")) {
            return new EmbeddedPostgresException(
                    "The data directory " + directory
                            + " lies on a read-only file system; choose another with --tocsin.data=DIR.",
                    failure);
        }
        if (lower.contains("no space left")) {
            return new EmbeddedPostgresException(
                    "The disk that holds " + directory
                            + " is full; free some space, or choose another place with --tocsin.data=DIR.",
                    failure);
        }
        if (failure instanceof FileAlreadyExistsException) {
            return new EmbeddedPostgresException(
                    "The data directory " + directory
                            + " is in the way of a file of that name; choose another with --tocsin.data=DIR.",
                    failure);
        }
        return new EmbeddedPostgresException(
                "The embedded PostgreSQL in " + directory + " does not start (" + reason
                        + "); look into server.log there, or set TOCSIN_DATABASE_URL to a PostgreSQL of your own.",
                failure);
    }
}
