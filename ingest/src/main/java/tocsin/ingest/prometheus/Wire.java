package tocsin.ingest.prometheus;

import com.google.protobuf.WireFormat;

/** Tags of the messages of remote write 1.0 (prometheus/prompb/remote.proto and types.proto). */
final class Wire {
    // WriteRequest
    static final int TIMESERIES = lengthDelimited(1);
    static final int METADATA = lengthDelimited(3);
    // TimeSeries
    static final int LABEL = lengthDelimited(1);
    static final int SAMPLE = lengthDelimited(2);
    static final int EXEMPLAR = lengthDelimited(3);
    static final int HISTOGRAM = lengthDelimited(4);
    // Label
    static final int NAME = lengthDelimited(1);
    static final int VALUE = lengthDelimited(2);
    // Sample
    static final int SAMPLE_VALUE = 1 << 3 | WireFormat.WIRETYPE_FIXED64;
    static final int SAMPLE_TIME = 2 << 3 | WireFormat.WIRETYPE_VARINT;

    private Wire() {}

    private static int lengthDelimited(int field) {
        return field << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
    }
}
