package tocsin.timescale;

import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.time.InstantSource;
import javax.sql.DataSource;
import tocsin.signal.SampleHistory;
import tocsin.signal.SignalLog;

/** Samples in the database: the writer that carries them there from the log, the history, and the jobs around them. */
public final class SampleStorage implements AutoCloseable {
    /** The name under which it commits its position to the log. */
    public static final String CONSUMER = SampleBlockWriter.CONSUMER;

    private final SampleBlockWriter writer;
    private final StorageJobs jobs;
    private final SampleHistory history;

    public SampleStorage(
            Database database, SignalLog log, StorageSettings settings, InstantSource clock, MeterRegistry meters) {
        DataSource dataSource = database.dataSource();
        var buffer = new SampleBuffer();
        var partitions = new Partitions(dataSource, isHypertable(dataSource));
        writer = new SampleBlockWriter(dataSource, log, buffer, partitions, settings, clock, meters);
        jobs = new StorageJobs(dataSource, partitions, settings, clock, meters);
        history = new TimescaleSampleHistory(dataSource, buffer);
    }

    /** Begin to read the log and to do the jobs. */
    public void start() {
        writer.start();
        jobs.start();
    }

    public SampleHistory history() {
        return history;
    }

    /** Write what was read so far, when the database is there, and stop. To be closed before the log. */
    @Override
    public void close() {
        jobs.close();
        writer.close();
    }

    private static boolean isHypertable(DataSource dataSource) {
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT layout FROM storage_layout")) {
            return row.next() && row.getString(1).equals("hypertable");
        } catch (SQLException e) {
            throw new StorageException("The layout of the tables cannot be read: " + e.getMessage(), e);
        }
    }
}
