package tocsin.web.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import tocsin.timescale.embedded.EmbeddedPostgres;

/**
 * A real PostgreSQL that can be stopped and started again under the same address: in front of it stands a forwarder,
 * since a server that starts anew takes another port.
 */
final class RestartableDatabase implements AutoCloseable {
    private final Path directory;
    private final ServerSocket front;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile EmbeddedPostgres server;
    private volatile boolean up = true;

    RestartableDatabase(Path directory) throws IOException {
        this.directory = directory;
        this.server = EmbeddedPostgres.start(directory);
        this.front = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("database-forwarder").start(this::accept);
    }

    /** What makes Tocsin use it. */
    Map<String, String> environment() {
        String url = server.url().replaceFirst(":\\d+/", ":" + front.getLocalPort() + "/");
        return Map.of(
                "TOCSIN_DATABASE_URL", url,
                "TOCSIN_DATABASE_USER", server.user(),
                "TOCSIN_DATABASE_PASSWORD", server.password());
    }

    EmbeddedPostgres server() {
        return server;
    }

    void stop() throws IOException {
        up = false;
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    void startAgain() {
        server = EmbeddedPostgres.start(directory);
        up = true;
    }

    private void accept() {
        while (!front.isClosed()) {
            try {
                var client = front.accept();
                Thread.ofVirtual().start(() -> forward(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void forward(Socket client) {
        try (client) {
            if (!up) {
                return;
            }
            try (var back = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                open.add(client);
                var answers = Thread.ofVirtual().start(() -> copy(back, client));
                copy(client, back);
                answers.join();
            }
        } catch (IOException | InterruptedException cut) {
            // both ends notice
        } finally {
            open.remove(client);
        }
    }

    private static void copy(Socket from, Socket to) {
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        } catch (IOException cut) {
            // both ends notice
        }
    }

    @Override
    public void close() throws IOException {
        front.close();
        server.close();
    }
}
