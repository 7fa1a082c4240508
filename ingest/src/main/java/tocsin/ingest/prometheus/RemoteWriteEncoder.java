package tocsin.ingest.prometheus;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.xerial.snappy.Snappy;
import tocsin.label.Labels;
import tocsin.signal.SampleBatch;
import tocsin.signal.Series;

/** Writes a batch as the body of a remote-write 1.0 request. Send it with {@link RemoteWriteHeaders#V1}. */
public final class RemoteWriteEncoder {
    private RemoteWriteEncoder() {}

    /** The body, compressed: one time series for each series of the batch, samples in their order. */
    public static byte[] encode(SampleBatch batch) {
        try {
            return Snappy.compress(encodeUncompressed(batch));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] encodeUncompressed(SampleBatch batch) throws IOException {
        var bySeries = new LinkedHashMap<Series, List<Integer>>();
        for (int i = 0; i < batch.size(); i++) {
            bySeries.computeIfAbsent(batch.series(i), series -> new ArrayList<>())
                    .add(i);
        }
        var messages = new ArrayList<byte[]>();
        for (var entry : bySeries.entrySet()) {
            messages.add(timeSeries(entry.getKey().labels(), batch, entry.getValue()));
        }
        int size = messages.stream().mapToInt(RemoteWriteEncoder::fieldSize).sum();
        var bytes = new byte[size];
        var out = CodedOutputStream.newInstance(bytes);
        for (byte[] message : messages) {
            out.writeByteArray(1, message);
        }
        out.checkNoSpaceLeft();
        return bytes;
    }

    private static byte[] timeSeries(Labels labels, SampleBatch batch, List<Integer> samples) throws IOException {
        var parts = new ArrayList<byte[]>();
        for (int i = 0; i < labels.size(); i++) {
            parts.add(label(labels.name(i), labels.value(i)));
        }
        int labelCount = parts.size();
        for (int index : samples) {
            parts.add(sample(batch.value(index), batch.timeMillis(index)));
        }
        var bytes =
                new byte[parts.stream().mapToInt(RemoteWriteEncoder::fieldSize).sum()];
        var out = CodedOutputStream.newInstance(bytes);
        for (int i = 0; i < parts.size(); i++) {
            out.writeByteArray(i < labelCount ? 1 : 2, parts.get(i));
        }
        return bytes;
    }

    private static int fieldSize(byte[] message) {
        return CodedOutputStream.computeByteArraySize(1, message);
    }

    private static byte[] label(String name, String value) throws IOException {
        byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
        byte[] valueBytes = value.getBytes(StandardCharsets.UTF_8);
        var bytes = new byte[fieldSize(nameBytes) + fieldSize(valueBytes)];
        var out = CodedOutputStream.newInstance(bytes);
        out.writeByteArray(1, nameBytes);
        out.writeByteArray(2, valueBytes);
        return bytes;
    }

    private static byte[] sample(double value, long timeMillis) throws IOException {
        var bytes = new byte
                [CodedOutputStream.computeDoubleSize(1, value) + CodedOutputStream.computeInt64Size(2, timeMillis)];
        var out = CodedOutputStream.newInstance(bytes);
        out.writeDouble(1, value); // by its raw bits, so that a staleness marker stays one
        out.writeInt64(2, timeMillis);
        return bytes;
    }
}
