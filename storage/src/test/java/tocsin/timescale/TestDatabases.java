package tocsin.timescale;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import tocsin.timescale.embedded.EmbeddedPostgres;

/** Fresh databases on one embedded server per JVM, or on a TimescaleDB that the environment names. */
final class TestDatabases {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private TestDatabases() {}

    /** A server that every test shares; the JVM's end stops it. */
    private static final class Shared {
        static final EmbeddedPostgres SERVER = start();

        private static EmbeddedPostgres start() {
            var server = EmbeddedPostgres.start(Path.of("target", "test-postgres"));
            Runtime.getRuntime().addShutdownHook(new Thread(server::close));
            dropLeftovers(server);
            return server;
        }

        /** Databases of earlier runs. */
        private static void dropLeftovers(EmbeddedPostgres server) {
            try (var connection = DriverManager.getConnection(server.url(), server.user(), server.password());
                    var find = connection.createStatement();
                    var drop = connection.createStatement();
                    var found = find.executeQuery("SELECT datname FROM pg_database WHERE datname LIKE 'test\\_%'")) {
                while (found.next()) {
                    drop.execute("DROP DATABASE " + found.getString(1));
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** A database of its own with all tables, on the embedded PostgreSQL. */
    static Database embedded() {
        var server = Shared.SERVER;
        return Database.open(create(server.url(), server.user(), server.password()), new SimpleMeterRegistry());
    }

    /** An empty database on the embedded PostgreSQL. */
    static DatabaseSettings emptyEmbedded() {
        var server = Shared.SERVER;
        return create(server.url(), server.user(), server.password());
    }

    /** An empty database on TimescaleDB; skips the test where there is none, unless all peers are required. */
    static DatabaseSettings emptyTimescale() {
        String url = System.getenv("TOCSIN_TEST_TIMESCALE_URL");
        if (url == null || url.isBlank()) {
            if ("required".equals(System.getenv("TOCSIN_TEST_PEERS"))) {
                throw new AssertionError("TOCSIN_TEST_PEERS=required, but TOCSIN_TEST_TIMESCALE_URL is not set");
            }
            Assumptions.abort("no TimescaleDB here: set TOCSIN_TEST_TIMESCALE_URL, _USER and _PASSWORD");
        }
        return create(url, environment("TOCSIN_TEST_TIMESCALE_USER"), environment("TOCSIN_TEST_TIMESCALE_PASSWORD"));
    }

    private static String environment(String name) {
        String value = System.getenv(name);
        return value == null ? "" : value;
    }

    private static DatabaseSettings create(String url, String user, String password) {
        String name = "test_" + ProcessHandle.current().pid() + "_" + COUNT.incrementAndGet();
        try (var connection = DriverManager.getConnection(url, user, password);
                var statement = connection.createStatement()) {
            statement.execute("DROP DATABASE IF EXISTS " + name);
            statement.execute("CREATE DATABASE " + name);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return settings(url.substring(0, url.lastIndexOf('/') + 1) + name, user, password);
    }

    static DatabaseSettings settings(String url, String user, String password) {
        return new DatabaseSettings(url, user, password, 8, Duration.ofSeconds(1), Duration.ofSeconds(20));
    }
}
