package tocsin.ingest.prometheus;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tocsin.ingest.RejectedException.Unsupported;
import tocsin.ingest.SeriesRules;

/**
 * The headers of a remote-write request that say how to read its body. A header that is not there counts as what
 * version 1.0 prescribes, because hand-made senders forget them.
 *
 * @param version {@code X-Prometheus-Remote-Write-Version}
 */
public record RemoteWriteHeaders(
        @Nullable String contentType,
        @Nullable String contentEncoding,
        @Nullable String version) {
    /** What every sender of version 1.0 says. */
    public static final RemoteWriteHeaders V1 = new RemoteWriteHeaders("application/x-protobuf", "snappy", "0.1.0");

    private static final String ADVICE = "; send remote write 1.0: application/x-protobuf, block snappy";

    void check() {
        checkContentType();
        checkContentEncoding();
        if (version != null && !version.isBlank() && !version.strip().matches("[01](\\..*)?")) {
            throw new Unsupported("Remote write version " + SeriesRules.shown(version) + " is not spoken here" + ADVICE
                    + " (in prometheus.yml: protobuf_message: prometheus.WriteRequest).");
        }
    }

    private void checkContentType() {
        if (contentType == null || contentType.isBlank()) {
            return;
        }
        String[] parts = contentType.toLowerCase(Locale.ROOT).split(";");
        if (!parts[0].strip().equals("application/x-protobuf")) {
            throw new Unsupported(
                    "Content-Type " + SeriesRules.shown(contentType) + " is not spoken here" + ADVICE + ".");
        }
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip();
            if (parameter.startsWith("proto=")
                    && !parameter.substring(6).replace("\"", "").equals("prometheus.writerequest")) {
                throw new Unsupported("Message " + SeriesRules.shown(parameter) + " is not spoken here" + ADVICE
                        + " (in prometheus.yml: protobuf_message: prometheus.WriteRequest).");
            }
        }
    }

    private void checkContentEncoding() {
        if (contentEncoding != null
                && !contentEncoding.isBlank()
                && !contentEncoding.strip().equalsIgnoreCase("snappy")) {
            throw new Unsupported("Content-Encoding " + SeriesRules.shown(contentEncoding) + " is not spoken here"
                    + ADVICE + " (vmagent: -remoteWrite.forcePromProto=true).");
        }
    }
}
