package tocsin.timescale;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.copy.PGCopyOutputStream;
import tocsin.signal.Points;

/** Sends blocks with COPY in PostgreSQL's binary format. Part of the connection's transaction. */
final class BlockCopy implements AutoCloseable {
    private static final String COPY = """
            COPY sample_block (series_id, start, until, count, min, max, sum, last, written, at, value)
            FROM STDIN (FORMAT binary)
            """;
    private static final byte[] SIGNATURE = "PGCOPY\n\u00ff\r\n\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final int COLUMNS = 11;
    private static final int INT4_OID = 23;
    private static final int FLOAT8_OID = 701;
    private static final int BUFFER_BYTES = 1 << 16;

    /** PostgreSQL counts from 2000. */
    private static final long EPOCH_MILLIS = 946_684_800_000L;

    private final PGCopyOutputStream copy;
    private final DataOutputStream out;

    BlockCopy(Connection connection) throws SQLException, IOException {
        copy = new PGCopyOutputStream(connection.unwrap(PGConnection.class), COPY, BUFFER_BYTES);
        out = new DataOutputStream(new BufferedOutputStream(copy, BUFFER_BYTES));
        out.write(SIGNATURE);
        out.writeInt(0); // no flags
        out.writeInt(0); // no header extension
    }

    void add(long series, Points points, long written) throws IOException {
        long start = points.times()[0];
        var aggregate = OpenBlock.Aggregate.of(points.values());
        out.writeShort(COLUMNS);
        writeLong(series);
        writeLong((start - EPOCH_MILLIS) * 1000);
        writeLong((points.times()[points.size() - 1] - EPOCH_MILLIS) * 1000);
        out.writeInt(Integer.BYTES);
        out.writeInt(aggregate.count());
        boolean known = aggregate.count() > 0;
        writeOptional(known, aggregate.min());
        writeOptional(known, aggregate.max());
        writeOptional(true, aggregate.sum());
        writeOptional(known, aggregate.last());
        writeLong(written);
        writeArrayHeader(INT4_OID, points.size(), Integer.BYTES);
        for (long time : points.times()) {
            out.writeInt(Integer.BYTES);
            out.writeInt((int) (time - start));
        }
        writeArrayHeader(FLOAT8_OID, points.size(), Double.BYTES);
        for (double value : points.values()) {
            out.writeInt(Double.BYTES);
            out.writeLong(Double.doubleToRawLongBits(value)); // which NaN it is matters
        }
    }

    /** Let the server check and take all of it. */
    void finish() throws IOException {
        out.writeShort(-1);
        out.flush();
        copy.close();
    }

    /** Ends a copy that was not finished; its transaction can then only be rolled back. */
    @Override
    public void close() throws SQLException {
        if (copy.isActive()) {
            copy.cancelCopy();
        }
    }

    private void writeLong(long value) throws IOException {
        out.writeInt(Long.BYTES);
        out.writeLong(value);
    }

    private void writeOptional(boolean known, double value) throws IOException {
        if (known) {
            out.writeInt(Double.BYTES);
            out.writeDouble(value);
        } else {
            out.writeInt(-1);
        }
    }

    private void writeArrayHeader(int elementOid, int size, int elementBytes) throws IOException {
        out.writeInt(5 * Integer.BYTES + size * (Integer.BYTES + elementBytes));
        out.writeInt(1); // dimensions
        out.writeInt(0); // no nulls
        out.writeInt(elementOid);
        out.writeInt(size);
        out.writeInt(1); // counted from 1
    }
}
