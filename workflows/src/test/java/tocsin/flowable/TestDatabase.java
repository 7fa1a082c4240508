package tocsin.flowable;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;

/**
 * A database on a real PostgreSQL, which runs once for all tests and can be stopped and started on the same data. The
 * engine's tables come from a template, because making them takes seconds.
 */
final class TestDatabase {
    private static final Server SERVER = new Server();
    private static int databases;

    private final String name;

    private TestDatabase(String name) {
        this.name = name;
    }

    /** One that nobody else uses, with the engine's tables in it. */
    static synchronized TestDatabase fresh() {
        if (databases++ == 0) {
            SERVER.start();
            SERVER.makeTemplate();
        }
        String name = "test" + databases;
        SERVER.execute("CREATE DATABASE " + name + " TEMPLATE engine");
        return new TestDatabase(name);
    }

    HikariDataSource pool() {
        return SERVER.pool(name, 12);
    }

    void stop() {
        SERVER.stop();
    }

    /** Does nothing when it runs. */
    void start() {
        SERVER.start();
    }

    private static final class Server {
        private final Path data;
        private int port;
        private @Nullable EmbeddedPostgres postgres;

        Server() {
            try {
                data = Files.createTempDirectory(Files.createDirectories(Path.of("target", "postgres")), "data");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void start() {
            if (postgres != null) {
                return;
            }
            var builder = EmbeddedPostgres.builder()
                    .setDataDirectory(data.toAbsolutePath())
                    .setCleanDataDirectory(false)
                    .setPGStartupWait(Duration.ofSeconds(60));
            try {
                postgres = (port == 0 ? builder : builder.setPort(port)).start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            port = postgres.getPort();
        }

        void stop() {
            try {
                postgres.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            postgres = null;
        }

        void makeTemplate() {
            execute("CREATE DATABASE engine");
            try (var pool = pool("engine", 2)) {
                EngineBuilder.build(
                                pool,
                                new DataSourceTransactionManager(pool),
                                WorkflowSettings.defaults("http://localhost"),
                                InstantSource.system(),
                                Map.of(),
                                new SimpleMeterRegistry())
                        .close();
            }
        }

        void execute(String sql) {
            try (var connection = postgres.getPostgresDatabase().getConnection();
                    var statement = connection.createStatement()) {
                statement.execute(sql);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        HikariDataSource pool(String database, int size) {
            var pool = new HikariConfig();
            pool.setJdbcUrl("jdbc:postgresql://localhost:" + port + "/" + database + "?user=postgres");
            pool.setMaximumPoolSize(size);
            pool.setMinimumIdle(1);
            pool.setConnectionTimeout(1000);
            return new HikariDataSource(pool);
        }
    }
}
