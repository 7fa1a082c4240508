package tocsin.timescale;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;

/** The native daily partitions of sample_block. On a hypertable, which makes its chunks by itself, does nothing. */
final class Partitions {
    private static final String PREFIX = "sample_block_";
    private static final DateTimeFormatter NAME = DateTimeFormatter.BASIC_ISO_DATE;
    private static final long LOCK = 7_632_001;

    private final DataSource dataSource;
    private final boolean hypertable;
    private final Set<LocalDate> known = new HashSet<>();

    Partitions(DataSource dataSource, boolean hypertable) {
        this.dataSource = dataSource;
        this.hypertable = hypertable;
    }

    static LocalDate day(long timeMillis) {
        return Instant.ofEpochMilli(timeMillis).atOffset(ZoneOffset.UTC).toLocalDate();
    }

    /** Make what is missing. One row outside of all partitions would fail a whole COPY. */
    synchronized void ensure(Collection<LocalDate> days) throws SQLException {
        List<LocalDate> missing =
                days.stream().filter(day -> !known.contains(day)).sorted().toList();
        if (hypertable || missing.isEmpty()) {
            return;
        }
        inTransaction(connection -> {
            var existing = new HashSet<>(existing(connection));
            for (LocalDate day : missing) {
                if (!existing.contains(day)) {
                    create(connection, day);
                }
            }
        });
        known.addAll(missing);
    }

    /** Something else dropped partitions: look again next time. */
    synchronized void forget() {
        known.clear();
    }

    /** Drop what lies wholly before this instant. Returns how many partitions or chunks went. */
    synchronized int dropBefore(Instant cutoff) throws SQLException {
        known.clear();
        var dropped = new ArrayList<LocalDate>();
        if (hypertable) {
            return dropChunks(cutoff);
        }
        inTransaction(connection -> {
            for (LocalDate day : existing(connection)) {
                if (!day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant().isAfter(cutoff)) {
                    execute(connection, "DROP TABLE " + name(day));
                    dropped.add(day);
                }
            }
        });
        return dropped.size();
    }

    private int dropChunks(Instant cutoff) throws SQLException {
        try (var connection = dataSource.getConnection();
                var statement = connection.prepareStatement(
                        "SELECT count(*) FROM drop_chunks('sample_block', older_than => ?::timestamptz)")) {
            statement.setObject(1, Columns.time(cutoff));
            try (var result = statement.executeQuery()) {
                result.next();
                return result.getInt(1);
            }
        }
    }

    /** Attaching an empty table, unlike creating it in place, does not lock readers out. */
    private static void create(Connection connection, LocalDate day) throws SQLException {
        String name = name(day);
        execute(connection, "CREATE TABLE " + name + " (LIKE sample_block INCLUDING DEFAULTS INCLUDING COMPRESSION)");
        execute(
                connection,
                "ALTER TABLE sample_block ATTACH PARTITION " + name + " FOR VALUES FROM ('" + day
                        + " 00:00:00+00') TO ('" + day.plusDays(1) + " 00:00:00+00')");
    }

    private static List<LocalDate> existing(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("""
                        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                        WHERE i.inhparent = 'sample_block'::regclass ORDER BY c.relname
                        """)) {
            var days = new ArrayList<LocalDate>();
            while (rows.next()) {
                String name = rows.getString(1);
                if (name.startsWith(PREFIX) && name.length() == PREFIX.length() + 8) {
                    days.add(LocalDate.parse(name.substring(PREFIX.length()), NAME));
                }
            }
            return days;
        }
    }

    private static String name(LocalDate day) {
        return PREFIX + day.format(NAME);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void inTransaction(Work work) throws SQLException {
        try (var connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            boolean done = false;
            try {
                execute(connection, "SET LOCAL lock_timeout = '5s'");
                execute(connection, "SELECT pg_advisory_xact_lock(" + LOCK + ")");
                work.run(connection);
                connection.commit();
                done = true;
            } finally {
                if (!done) {
                    connection.rollback();
                }
            }
        }
    }

    private interface Work {
        void run(Connection connection) throws SQLException;
    }
}
