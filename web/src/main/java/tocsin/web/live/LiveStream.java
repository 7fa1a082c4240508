package tocsin.web.live;

import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import tocsin.web.page.PageController;

/** Server-sent events {@code alerts} and {@code tick}, without data: pages then fetch what they show. */
@PageController
class LiveStream {
    private final LiveEvents events;

    LiveStream(LiveEvents events) {
        this.events = events;
    }

    @GetMapping(path = "/live", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    ResponseEntity<SseEmitter> live() {
        return events.open()
                .map(stream -> ResponseEntity.ok()
                        .cacheControl(CacheControl.noStore())
                        .header("X-Accel-Buffering", "no") // proxies must not keep events back
                        .body(stream))
                .orElseGet(() ->
                        ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE).build());
    }
}
