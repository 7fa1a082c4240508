package tocsin.ingest.prometheus;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import tocsin.ingest.Decoded;
import tocsin.ingest.IngestLimits;
import tocsin.ingest.InvalidSeriesException;
import tocsin.ingest.Refusals;
import tocsin.ingest.RejectedException.TooLarge;
import tocsin.signal.SampleBatch;
import tocsin.signal.Series;

/** Reads one WriteRequest straight from its bytes. An {@link IOException} means that the bytes are malformed. */
final class WriteRequestReader {
    private final byte[] bytes;
    private final CodedInputStream in;
    private final SeriesCache cache;
    private final IngestLimits limits;
    private final Instant now;
    private final Refusals refusals = new Refusals();
    private final SampleBatch.Builder batch;

    // of the time series that is being read
    private final Span labels = new Span();
    private long[] times = new long[4];
    private double[] values = new double[4];
    private int size;

    private int seriesRead;
    private int seriesKept;
    private int samplesRead;
    private int exemplars;
    private int histograms;
    private int metadata;

    WriteRequestReader(byte[] bytes, SeriesCache cache, IngestLimits limits, Instant now) {
        this.bytes = bytes;
        this.in = CodedInputStream.newInstance(bytes);
        this.cache = cache;
        this.limits = limits;
        this.now = now;
        this.batch = SampleBatch.builder(Math.min(limits.samples(), bytes.length / 64));
    }

    Decoded read() throws IOException {
        while (!in.isAtEnd()) {
            int tag = in.readTag();
            if (tag == Wire.TIMESERIES) {
                readSeries();
            } else {
                metadata += tag == Wire.METADATA ? 1 : 0;
                skip(tag);
            }
        }
        return new Decoded(batch.build(), seriesKept, refusals);
    }

    private void readSeries() throws IOException {
        if (++seriesRead > limits.series()) {
            throw new TooLarge("The request has more than %d series; send fewer at once. Nothing was stored."
                    .formatted(limits.series()));
        }
        labels.clear();
        size = 0;
        int outer = in.pushLimit(in.readRawVarint32());
        while (!in.isAtEnd()) {
            int before = in.getTotalBytesRead();
            int tag = in.readTag();
            if (tag == Wire.LABEL) {
                skip(tag);
                labels.add(bytes, before, in.getTotalBytesRead());
            } else if (tag == Wire.SAMPLE) {
                readSample();
            } else {
                exemplars += tag == Wire.EXEMPLAR ? 1 : 0;
                histograms += tag == Wire.HISTOGRAM ? 1 : 0;
                skip(tag);
            }
        }
        in.popLimit(outer);
        keep();
    }

    private void skip(int tag) throws IOException {
        if (!in.skipField(tag)) {
            throw new IOException("a group ends that never began");
        }
    }

    private void readSample() throws IOException {
        if (++samplesRead > limits.samples()) {
            throw new TooLarge("The request has more than %d samples; send fewer at once. Nothing was stored."
                    .formatted(limits.samples()));
        }
        double value = 0;
        long time = 0;
        int outer = in.pushLimit(in.readRawVarint32());
        while (!in.isAtEnd()) {
            int tag = in.readTag();
            if (tag == Wire.SAMPLE_VALUE) {
                value = in.readDouble();
            } else if (tag == Wire.SAMPLE_TIME) {
                time = in.readInt64();
            } else {
                skip(tag);
            }
        }
        in.popLimit(outer);
        if (size == times.length) {
            times = Arrays.copyOf(times, size * 2);
            values = Arrays.copyOf(values, size * 2);
        }
        times[size] = time;
        values[size] = value;
        size++;
    }

    /** A series without samples, such as one of native histograms, is none of our business. */
    private void keep() throws IOException {
        if (size == 0) {
            return;
        }
        Series series;
        try {
            series = cache.series(labels.bytes(), labels.start(), labels.end());
        } catch (InvalidSeriesException e) {
            refusals.add(e.refusal(), size, e.getMessage());
            return;
        }
        int before = batch.size();
        for (int i = 0; i < size; i++) {
            if (refusals.acceptsTime(times[i], now, limits, series)) {
                batch.add(series, times[i], values[i]);
            }
        }
        seriesKept += batch.size() > before ? 1 : 0;
    }

    int seriesRead() {
        return seriesRead;
    }

    int position() {
        return in.getTotalBytesRead();
    }

    int exemplars() {
        return exemplars;
    }

    int histograms() {
        return histograms;
    }

    int metadata() {
        return metadata;
    }

    /** The bytes of a series' labels: one stretch of the request, or, from an odd sender, several put together. */
    private static final class Span {
        private byte[] bytes = {};
        private int start;
        private int end;
        private boolean joined;

        void clear() {
            joined = false;
            start = 0;
            end = 0;
        }

        void add(byte[] request, int from, int to) {
            if (end == 0) {
                bytes = request;
                start = from;
                end = to;
            } else if (!joined && end == from) {
                end = to;
            } else {
                int length = end - start;
                bytes = Arrays.copyOf(Arrays.copyOfRange(bytes, start, end), length + to - from);
                System.arraycopy(request, from, bytes, length, to - from);
                start = 0;
                end = bytes.length;
                joined = true;
            }
        }

        byte[] bytes() {
            return bytes;
        }

        int start() {
            return start;
        }

        int end() {
            return end;
        }
    }
}
