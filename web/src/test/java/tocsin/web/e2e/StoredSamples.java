package tocsin.web.e2e;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import tocsin.timescale.embedded.EmbeddedPostgres;

/** What stands in the database, asked for as people do: by SQL, from the view of all samples. */
final class StoredSamples {
    private StoredSamples() {}

    /** The numbers of all samples that {@link Load} sent, in ascending order, as often as they are stored. */
    static List<Integer> numbers(EmbeddedPostgres database) throws SQLException {
        var numbers = new ArrayList<Integer>();
        try (var connection = DriverManager.getConnection(database.url(), database.user(), database.password());
                var statement = connection.createStatement();
                var rows = statement.executeQuery("""
                        SELECT value::int AS number FROM sample
                        WHERE metric = 'load_sample_number' ORDER BY number
                        """)) {
            while (rows.next()) {
                numbers.add(rows.getInt(1));
            }
        }
        return numbers;
    }
}
