package tocsin.web.simulate;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;

/**
 * The address that Tocsin's self-healing process calls to restart the memory store. Only for this machine, and whatever
 * the call says, all it can do is end a make-believe fault.
 */
final class HealListener implements AutoCloseable {
    static final String PATH = "/heal/memory-store";
    private static final int MAX_BODY = 65_536;

    private final HttpServer server;

    /** @param heal restarts the store; says whether it was down */
    HealListener(int port, BooleanSupplier heal) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext(PATH, exchange -> {
            try (exchange) {
                answer(exchange, heal);
            }
        });
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange, BooleanSupplier heal) throws IOException {
        exchange.getRequestBody().readNBytes(MAX_BODY);
        if (!exchange.getRequestURI().getPath().equals(PATH)) {
            reply(exchange, 404, "there is only " + PATH);
        } else if (!exchange.getRequestMethod().equals("POST")) {
            exchange.getResponseHeaders().set("Allow", "POST");
            reply(exchange, 405, "restart the store with POST");
        } else {
            reply(
                    exchange,
                    200,
                    heal.getAsBoolean() ? "the memory store was restarted" : "the memory store was up already");
        }
    }

    private static void reply(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = (text + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
