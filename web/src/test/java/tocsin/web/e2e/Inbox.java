package tocsin.web.e2e;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What reached the phone: a receiver of webhooks that remembers each call. */
final class Inbox implements AutoCloseable {
    private final HttpServer server;
    private final List<Received> received = new CopyOnWriteArrayList<>();

    record Received(String key, JsonNode body, long nanoTime) {
        String event() {
            return body.path("event").asString();
        }
    }

    Inbox() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            var body = JsonMapper.shared().readTree(exchange.getRequestBody().readAllBytes());
            received.add(
                    new Received(exchange.getRequestHeaders().getFirst("Idempotency-Key"), body, System.nanoTime()));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    List<Received> received() {
        return List.copyOf(received);
    }

    List<Received> received(String event) {
        return received.stream().filter(call -> call.event().equals(event)).toList();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
