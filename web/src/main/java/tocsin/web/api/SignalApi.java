package tocsin.web.api;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tocsin.ingest.json.JsonMetricReceiver;
import tocsin.ingest.prometheus.RemoteWriteHeaders;
import tocsin.ingest.prometheus.RemoteWriteReceiver;

/** Where signals come in. Every answer of 204 means that the signals are in the log, durably. */
@RestController
@RequestMapping("/api/v1")
@Tag(name = "Signals")
class SignalApi {
    private final RemoteWriteReceiver remoteWrite;
    private final JsonMetricReceiver json;

    SignalApi(RemoteWriteReceiver remoteWrite, JsonMetricReceiver json) {
        this.remoteWrite = remoteWrite;
        this.json = json;
    }

    @Operation(summary = "Prometheus remote write 1.0")
    @PostMapping("/write")
    CompletableFuture<ResponseEntity<Void>> write(HttpServletRequest request) throws IOException {
        var headers = new RemoteWriteHeaders(
                request.getContentType(),
                request.getHeader("Content-Encoding"),
                request.getHeader("X-Prometheus-Remote-Write-Version"));
        return remoteWrite.receive(headers, request.getInputStream()).thenApply(accepted -> done());
    }

    @Operation(summary = "Custom metrics as JSON", description = "One metric, an array, or {\"metrics\": [...]}.")
    @PostMapping("/metrics")
    CompletableFuture<ResponseEntity<Void>> metrics(HttpServletRequest request) throws IOException {
        return json.receive(request.getInputStream()).thenApply(accepted -> done());
    }

    private static ResponseEntity<Void> done() {
        return ResponseEntity.noContent().build();
    }
}
