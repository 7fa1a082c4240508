package tocsin.timescale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            postgres://ada:p%40ss+w@db.example:5433/tocsin?sslmode=require | jdbc:postgresql://db.example:5433/tocsin?sslmode=require | ada | p@ss+w
            postgresql://db.example/tocsin                                 | jdbc:postgresql://db.example/tocsin                      | bob | secret
            jdbc:postgresql://db.example/tocsin                            | jdbc:postgresql://db.example/tocsin                      | bob | secret
            """)
    void urlsAreTakenAsPeopleCopyThem(String url, String jdbcUrl, String user, String password) {
        boolean inUrl = url.contains("ada");
        var settings = DatabaseSettings.of(url, inUrl ? null : "bob", inUrl ? null : "secret");
        assertThat(settings.url()).isEqualTo(jdbcUrl);
        assertThat(settings.user()).isEqualTo(user);
        assertThat(settings.password()).isEqualTo(password);
        assertThat(settings.toString()).doesNotContain(password);
    }

    @Test
    void anotherKindOfUrlIsRefused() {
        assertThatThrownBy(() -> DatabaseSettings.of("jdbc:mysql://db/tocsin", null, null))
                .hasMessage("TOCSIN_DATABASE_URL must be like jdbc:postgresql://host:5432/database"
                        + " or postgres://host:5432/database");
    }

    @Test
    void aDatabaseThatIsNotThereIsNamedInASentence() {
        var settings = DatabaseSettings.of("jdbc:postgresql://127.0.0.1:1/tocsin?password=hidden", "ada", "secret");
        assertThatThrownBy(() -> Database.open(settings, new SimpleMeterRegistry()))
                .isInstanceOf(StorageException.class)
                .hasMessageStartingWith("The database at jdbc:postgresql://127.0.0.1:1/tocsin cannot be used: ")
                .hasMessageEndingWith("Check TOCSIN_DATABASE_URL, TOCSIN_DATABASE_USER and TOCSIN_DATABASE_PASSWORD.")
                .hasMessageNotContainingAny("secret", "hidden");
    }

    @Test
    void openingAgainFindsWhatIsThere() {
        var settings = TestDatabases.emptyEmbedded();
        Database.open(settings, new SimpleMeterRegistry()).close();
        try (var database = Database.open(settings, new SimpleMeterRegistry())) {
            assertThat(database.edition().kind()).isEqualTo(StorageEdition.Kind.PLAIN);
        }
    }

    @Test
    void hypertablesWithoutTheExtensionAreRefused() throws SQLException {
        var settings = TestDatabases.emptyEmbedded();
        execute(settings, "CREATE TABLE storage_layout (layout text)");
        execute(settings, "INSERT INTO storage_layout VALUES ('hypertable')");
        assertThatThrownBy(() -> Database.open(settings, new SimpleMeterRegistry()))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("TimescaleDB hypertables, but the extension is gone");
    }

    @Test
    void tablesOfSomeoneElseAreRefused() throws SQLException {
        var settings = TestDatabases.emptyEmbedded();
        execute(settings, "CREATE TABLE something_else (id int)");
        assertThatThrownBy(() -> Database.open(settings, new SimpleMeterRegistry()))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("Use an empty database");
    }

    /** A plain database stays plain when the server learns TimescaleDB later: its tables cannot be converted. */
    @Test
    void theLayoutThatWasChosenStays() throws SQLException {
        var settings = TestDatabases.emptyTimescale();
        execute(settings, "CREATE TABLE storage_layout (layout text)");
        execute(settings, "INSERT INTO storage_layout VALUES ('partitions')");
        try (var connection = connect(settings)) {
            assertThat(StorageEdition.detect(connection).kind()).isEqualTo(StorageEdition.Kind.PLAIN);
        }
    }

    @Test
    void anExtensionThatTheServerDoesNotPreloadIsRefused() throws SQLException {
        // the extension's row alone, as a server that lost shared_preload_libraries shows it
        var settings = TestDatabases.emptyEmbedded();
        execute(settings, "UPDATE pg_extension SET extname = 'timescaledb' WHERE extname = 'plpgsql'");
        assertThatThrownBy(() -> Database.open(settings, new SimpleMeterRegistry()))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("add timescaledb to shared_preload_libraries");
    }

    private static void execute(DatabaseSettings settings, String sql) throws SQLException {
        try (var connection = connect(settings);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Connection connect(DatabaseSettings settings) throws SQLException {
        return DriverManager.getConnection(settings.url(), settings.user(), settings.password());
    }
}
