package tocsin.signal;

/**
 * The place of a record in the log. Positions count records from 0 without gaps and are never used twice.
 *
 * @param value the number of records before this one since the log was made
 */
public record LogPosition(long value) implements Comparable<LogPosition> {
    /** Before the first record. */
    public static final LogPosition START = new LogPosition(0);

    public LogPosition next() {
        return new LogPosition(value + 1);
    }

    @Override
    public int compareTo(LogPosition other) {
        return Long.compare(value, other.value);
    }
}
