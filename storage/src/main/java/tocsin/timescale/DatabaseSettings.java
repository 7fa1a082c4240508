package tocsin.timescale;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which database, and how patient to be with it.
 *
 * @param url for the JDBC driver, {@code jdbc:postgresql://host:port/database}
 * @param user may be empty when the URL names one
 * @param password may be empty when the server asks for none
 * @param maxConnections connections at most, 4 to 100
 * @param connectTimeout how long a caller waits for a connection before it is told that the database is away
 * @param socketTimeout how long an answer may take before the connection is given up
 */
public record DatabaseSettings(
        String url, String user, String password, int maxConnections, Duration connectTimeout, Duration socketTimeout) {
    private static final int DEFAULT_CONNECTIONS = 20;

    public DatabaseSettings {
        if (!url.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException("TOCSIN_DATABASE_URL must be like jdbc:postgresql://host:5432/database"
                    + " or postgres://host:5432/database");
        }
        if (maxConnections < 4 || maxConnections > 100) {
            throw new IllegalArgumentException("between 4 and 100 connections are allowed, not " + maxConnections);
        }
        if (connectTimeout.toMillis() < 250) {
            throw new IllegalArgumentException("connectTimeout is at least 250 ms, not " + connectTimeout);
        }
        if (socketTimeout.toSeconds() < 1) {
            throw new IllegalArgumentException("socketTimeout is at least a second, not " + socketTimeout);
        }
    }

    /** With everything else at its default. Takes URLs as people copy them, {@code postgres://user:password@host/db}. */
    public static DatabaseSettings of(String url, @Nullable String user, @Nullable String password) {
        String givenUser = user == null ? "" : user;
        String givenPassword = password == null ? "" : password;
        if (url.startsWith("postgres://") || url.startsWith("postgresql://")) {
            URI uri = URI.create(url);
            String[] login = uri.getRawUserInfo() == null
                    ? new String[0]
                    : uri.getRawUserInfo().split(":", 2);
            if (givenUser.isEmpty() && login.length > 0) {
                givenUser = decode(login[0]);
            }
            if (givenPassword.isEmpty() && login.length > 1) {
                givenPassword = decode(login[1]);
            }
            String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
            String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
            url = "jdbc:postgresql://" + uri.getHost() + port + uri.getRawPath() + query;
        }
        return new DatabaseSettings(
                url, givenUser, givenPassword, DEFAULT_CONNECTIONS, Duration.ofSeconds(2), Duration.ofSeconds(60));
    }

    /** The URL without its parameters, which may hold secrets. */
    String place() {
        int parameters = url.indexOf('?');
        return parameters < 0 ? url : url.substring(0, parameters);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "database " + place() + " as " + (user.isEmpty() ? "the URL's user" : user);
    }
}
