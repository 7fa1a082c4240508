package tocsin.web;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.springframework.boot.SpringApplication;
import org.springframework.core.env.Environment;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.core.env.StandardEnvironment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** Starts the server. What would fail later with a page of stack trace is looked at first and told in a sentence. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = "Starts the server, with an embedded database unless TOCSIN_DATABASE_URL is set.",
        footer = {
            "",
            "Any Spring property can follow, for example:",
            "  --server.port=18080     the port of the web pages and the API (8080)",
            "  --tocsin.data=DIR       where log, database and keys lie (./data)",
            "",
            "Environment: TOCSIN_ADMIN_PASSWORD, TOCSIN_TOKEN, TOCSIN_DATABASE_URL, _USER, _PASSWORD.",
            "The whole list is in docs/configuration.md."
        })
final class ServeCommand implements Callable<Integer> {
    /** "The server runs now, do not exit." Not a status that a process can end with. */
    static final int RUNNING = -1;

    @Unmatched
    private final List<String> properties = new ArrayList<>();

    @Override
    public Integer call() {
        var arguments = properties.toArray(String[]::new);
        var settings = settings(arguments);
        requireFreePort(settings);
        requireDataDirectory(Path.of(settings.getProperty("tocsin.data", "data")));
        SpringApplication.run(Server.class, arguments);
        return RUNNING;
    }

    private Environment settings(String[] arguments) {
        for (String argument : arguments) {
            if (!argument.startsWith("--") || !argument.contains("=")) {
                throw new CannotStartException("\"" + argument
                        + "\" is not understood; settings are written --name=value, for example --server.port=18080.");
            }
        }
        var environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new SimpleCommandLinePropertySource(arguments));
        return environment;
    }

    private static void requireFreePort(Environment settings) {
        int port = settings.getProperty("server.port", Integer.class, 8080);
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            String address = settings.getProperty("server.address");
            socket.bind(
                    address == null
                            ? new InetSocketAddress(port)
                            : new InetSocketAddress(InetAddress.getByName(address), port));
        } catch (IOException e) {
            throw new CannotStartException(
                    "port %d is taken; stop what uses it, or choose another with --server.port=%d."
                            .formatted(port, port + 1));
        }
    }

    private static void requireDataDirectory(Path data) {
        String advice = "; make it writable for this user, or choose another with --tocsin.data=DIR.";
        try {
            Files.createDirectories(data);
        } catch (IOException e) {
            throw new CannotStartException("the data directory " + data.toAbsolutePath() + " cannot be made" + advice);
        }
        if (!Files.isReadable(data) || !Files.isWritable(data) || !Files.isExecutable(data)) {
            throw new CannotStartException(
                    "the data directory " + data.toAbsolutePath() + " cannot be read and written" + advice);
        }
    }
}
