package tocsin.timescale;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What kind of PostgreSQL this is. Samples are stored as blocks on each of them.
 *
 * @param postgres the server's version
 * @param timescale the extension's version, null when it is not used
 */
public record StorageEdition(
        Kind kind, String postgres, @Nullable String timescale) {
    private static final Logger LOG = LoggerFactory.getLogger(StorageEdition.class);
    private static final int OLDEST_POSTGRES = 15;

    /** What the server can do beyond PostgreSQL. */
    public enum Kind {
        /** No extension: native partitions by day. */
        PLAIN,
        /** TimescaleDB under the Apache licence: hypertables; roll-ups and retention are our own. */
        APACHE,
        /** TimescaleDB under the Timescale licence. It could do more; Tocsin uses it like the Apache edition. */
        COMMUNITY
    }

    /**
     * Find out, creating the extension when the server offers it and no tables were made yet.
     *
     * @throws StorageException when using this database would lose data or give wrong answers
     */
    static StorageEdition detect(Connection connection) throws SQLException {
        requireVersion(connection);
        String layout = layout(connection);
        String extension = installed(connection);
        if (extension == null && layout == null && create(connection)) {
            extension = installed(connection);
        }
        String postgres = connection.getMetaData().getDatabaseProductVersion();
        if (extension == null) {
            if ("hypertable".equals(layout)) {
                throw new StorageException("The samples of this database are in TimescaleDB hypertables, but the"
                        + " extension is gone; restore it with CREATE EXTENSION timescaledb and a backup.");
            }
            return new StorageEdition(Kind.PLAIN, postgres, null);
        }
        return new StorageEdition(licence(connection), postgres, extension);
    }

    /** For the log at start, and for people who ask. */
    public String describe() {
        return switch (kind) {
            case PLAIN -> "PostgreSQL " + postgres + ", native partitions by day";
            case APACHE -> "PostgreSQL " + postgres + " with TimescaleDB " + timescale + " (Apache edition)";
            case COMMUNITY -> "PostgreSQL " + postgres + " with TimescaleDB " + timescale + " (community edition)";
        };
    }

    private static void requireVersion(Connection connection) throws SQLException {
        int version = connection.getMetaData().getDatabaseMajorVersion();
        if (version < OLDEST_POSTGRES) {
            throw new StorageException("Tocsin needs PostgreSQL " + OLDEST_POSTGRES + " or newer, and this is version "
                    + version + "; upgrade it or use the embedded one.");
        }
    }

    private static Kind licence(Connection connection) throws SQLException {
        String licence = one(connection, "SELECT current_setting('timescaledb.license', true)");
        if (licence == null) {
            throw new StorageException("The TimescaleDB extension was created in this database but the server does not"
                    + " preload it, so queries would silently leave rows out; add timescaledb to"
                    + " shared_preload_libraries in postgresql.conf and restart the server.");
        }
        if (!licence.equals("apache")) {
            return Kind.COMMUNITY;
        }
        String communityData = one(connection, """
                SELECT (SELECT count(*) FROM timescaledb_information.hypertables WHERE compression_enabled)
                     + (SELECT count(*) FROM timescaledb_information.continuous_aggregates)
                """);
        if (!"0".equals(communityData)) {
            throw new StorageException("This database holds compressed chunks or continuous aggregates of TimescaleDB's"
                    + " community edition, which cannot be read under the Apache licence the server runs with; set"
                    + " timescaledb.license = 'timescale' in postgresql.conf and restart the server.");
        }
        return Kind.APACHE;
    }

    private static @Nullable String layout(Connection connection) throws SQLException {
        boolean migrated = one(connection, "SELECT to_regclass('storage_layout')") != null;
        return migrated ? one(connection, "SELECT layout FROM storage_layout") : null;
    }

    private static @Nullable String installed(Connection connection) throws SQLException {
        return one(connection, "SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'");
    }

    /** The loader's own setting exists exactly when the server preloads it, and everybody may read that. */
    private static boolean create(Connection connection) throws SQLException {
        String offered = one(connection, """
                SELECT default_version FROM pg_available_extensions
                WHERE name = 'timescaledb' AND current_setting('timescaledb.disable_load', true) IS NOT NULL
                """);
        if (offered == null) {
            return false;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE EXTENSION IF NOT EXISTS timescaledb");
            return true;
        } catch (SQLException e) {
            LOG.warn(
                    "the server offers TimescaleDB {} but it could not be created, so native partitions are used: {}",
                    offered,
                    e.getMessage());
            return false;
        }
    }

    private static @Nullable String one(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                var result = statement.executeQuery(query)) {
            return result.next() ? result.getString(1) : null;
        }
    }
}
