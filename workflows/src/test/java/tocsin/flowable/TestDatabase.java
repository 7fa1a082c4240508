package tocsin.flowable;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** A PostgreSQL that can be stopped and started again on the same data and port. */
final class TestDatabase implements AutoCloseable {
    private final File data;
    private EmbeddedPostgres postgres;
    private final int port;

    TestDatabase(Path folder) throws IOException {
        data = folder.resolve("data").toFile();
        postgres = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPGStartupWait(Duration.ofSeconds(60))
                .start();
        port = postgres.getPort();
    }

    HikariDataSource pool() {
        var pool = new HikariConfig();
        pool.setJdbcUrl("jdbc:postgresql://localhost:" + port + "/postgres?user=postgres");
        pool.setMaximumPoolSize(12);
        pool.setConnectionTimeout(1000);
        return new HikariDataSource(pool);
    }

    void stop() throws IOException {
        postgres.close();
    }

    void start() throws IOException {
        postgres = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPort(port)
                .setPGStartupWait(Duration.ofSeconds(60))
                .start();
    }

    @Override
    public void close() throws IOException {
        stop();
    }
}
