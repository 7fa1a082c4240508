package tocsin.signal;

/**
 * The one NaN that says "this series has ended", as Prometheus remote write 1.0 defines it. Any other NaN is an
 * ordinary value.
 */
public final class Staleness {
    /** The exact bits of the marker. */
    public static final long MARKER_BITS = 0x7ff0000000000002L;

    /** The marker as a value. Compare with {@link #isMarker}: like each NaN it equals nothing. */
    public static final double MARKER = Double.longBitsToDouble(MARKER_BITS);

    private Staleness() {}

    public static boolean isMarker(double value) {
        return Double.doubleToRawLongBits(value) == MARKER_BITS;
    }
}
