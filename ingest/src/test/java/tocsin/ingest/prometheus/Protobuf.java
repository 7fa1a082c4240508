package tocsin.ingest.prometheus;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.xerial.snappy.Snappy;

/**
 * Makes requests with protobuf's own writer from the published schema (prometheus/prompb), so that the reader under test
 * is not judged by its own idea of the format. Text is bytes here, because that is what the wire carries.
 */
final class Protobuf {
    private static final FileDescriptor FILE = file();

    private Protobuf() {}

    static byte[] request(Message... series) {
        var request = DynamicMessage.newBuilder(type("WriteRequest"));
        for (var message : series) {
            request.addRepeatedField(type("WriteRequest").findFieldByName("timeseries"), message);
        }
        return request.build().toByteArray();
    }

    static byte[] snappy(byte[] bytes) {
        try {
            return Snappy.compress(bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static Message series(List<Message> labels, Message... samples) {
        return series(labels, List.of(samples), 0);
    }

    static Message series(List<Message> labels, List<Message> samples, int exemplarsAndHistograms) {
        var type = type("TimeSeries");
        var series = DynamicMessage.newBuilder(type);
        labels.forEach(label -> series.addRepeatedField(type.findFieldByName("labels"), label));
        samples.forEach(sample -> series.addRepeatedField(type.findFieldByName("samples"), sample));
        for (int i = 0; i < exemplarsAndHistograms; i++) {
            series.addRepeatedField(type.findFieldByName("exemplars"), ByteString.copyFromUtf8("\11\1\2\3\4\5\6\7\10"));
            series.addRepeatedField(type.findFieldByName("histograms"), ByteString.EMPTY);
        }
        return series.build();
    }

    static List<Message> labels(String... namesAndValues) {
        var labels = new ArrayList<Message>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            labels.add(
                    label(ByteString.copyFromUtf8(namesAndValues[i]), ByteString.copyFromUtf8(namesAndValues[i + 1])));
        }
        return labels;
    }

    static Message label(ByteString name, ByteString value) {
        var type = type("Label");
        return DynamicMessage.newBuilder(type)
                .setField(type.findFieldByName("name"), name)
                .setField(type.findFieldByName("value"), value)
                .build();
    }

    static Message sample(long timeMillis, double value) {
        var type = type("Sample");
        return DynamicMessage.newBuilder(type)
                .setField(type.findFieldByName("value"), value)
                .setField(type.findFieldByName("timestamp"), timeMillis)
                .build();
    }

    private static Descriptor type(String name) {
        return FILE.findMessageTypeByName(name);
    }

    private static FileDescriptor file() {
        var file = FileDescriptorProto.newBuilder()
                .setName("remote.proto")
                .setSyntax("proto3")
                .addMessageType(message(
                        "Label",
                        field("name", 1, FieldDescriptorProto.Type.TYPE_BYTES),
                        field("value", 2, FieldDescriptorProto.Type.TYPE_BYTES)))
                .addMessageType(message(
                        "Sample",
                        field("value", 1, FieldDescriptorProto.Type.TYPE_DOUBLE),
                        field("timestamp", 2, FieldDescriptorProto.Type.TYPE_INT64)))
                .addMessageType(message(
                        "TimeSeries",
                        repeated("labels", 1, "Label"),
                        repeated("samples", 2, "Sample"),
                        field("exemplars", 3, FieldDescriptorProto.Type.TYPE_BYTES)
                                .setLabel(FieldDescriptorProto.Label.LABEL_REPEATED),
                        field("histograms", 4, FieldDescriptorProto.Type.TYPE_BYTES)
                                .setLabel(FieldDescriptorProto.Label.LABEL_REPEATED)))
                .addMessageType(message(
                        "WriteRequest",
                        repeated("timeseries", 1, "TimeSeries"),
                        field("metadata", 3, FieldDescriptorProto.Type.TYPE_BYTES)
                                .setLabel(FieldDescriptorProto.Label.LABEL_REPEATED)))
                .build();
        try {
            return FileDescriptor.buildFrom(file, new FileDescriptor[0]);
        } catch (DescriptorValidationException e) {
            throw new AssertionError(e);
        }
    }

    private static DescriptorProto message(String name, FieldDescriptorProto.Builder... fields) {
        var message = DescriptorProto.newBuilder().setName(name);
        List.of(fields).forEach(message::addField);
        return message.build();
    }

    private static FieldDescriptorProto.Builder field(String name, int number, FieldDescriptorProto.Type type) {
        return FieldDescriptorProto.newBuilder()
                .setName(name)
                .setNumber(number)
                .setType(type)
                .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL);
    }

    private static FieldDescriptorProto.Builder repeated(String name, int number, String type) {
        return field(name, number, FieldDescriptorProto.Type.TYPE_MESSAGE)
                .setTypeName(type)
                .setLabel(FieldDescriptorProto.Label.LABEL_REPEATED);
    }
}
