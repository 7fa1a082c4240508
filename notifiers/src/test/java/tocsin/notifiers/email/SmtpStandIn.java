package tocsin.notifiers.email;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A mail server that answers each command as a test wishes; GreenMail only ever behaves well. */
final class SmtpStandIn implements AutoCloseable {
    /** What is said to a command; null hangs up, and {@link #SILENCE} says nothing for ever. */
    interface Script {
        String answer(String command);
    }

    static final String SILENCE = "silence";

    private final ServerSocket server;
    private final Queue<Socket> open = new ConcurrentLinkedQueue<>();
    private final Queue<String> commands = new ConcurrentLinkedQueue<>();
    private volatile Script script;

    SmtpStandIn(Script script) throws IOException {
        this.script = script;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    void script(Script next) {
        script = next;
    }

    int port() {
        return server.getLocalPort();
    }

    Queue<String> commands() {
        return commands;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                var socket = server.accept();
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            String command = "CONNECT";
            while (command != null && say(socket, script.answer(command))) {
                command = in.readLine();
                if (command != null) {
                    commands.add(command);
                }
            }
        } catch (IOException e) {
            // the client has gone, which a time-out makes it do
        }
    }

    private static boolean say(Socket socket, String answer) throws IOException {
        if (answer == null) {
            return false;
        }
        if (!answer.equals(SILENCE) && !answer.isEmpty()) {
            socket.getOutputStream().write((answer + "\r\n").getBytes(StandardCharsets.UTF_8));
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (var socket : open) {
            socket.close();
        }
    }
}
