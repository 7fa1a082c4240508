package tocsin.notifiers.common;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says in words why an exchange failed. Messages of exceptions are left out: they quote addresses and headers. */
public final class Failures {
    private static final int MAX_DEPTH = 8;

    private Failures() {}

    public static String inWords(Throwable failure) {
        String words = null;
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
            String known = known(cause);
            words = known == null ? words : known; // the deepest cause says most
            cause = cause.getCause();
        }
        return words == null ? "the connection broke" : words;
    }

    private static @Nullable String known(Throwable failure) {
        return switch (failure) {
            case UnknownHostException _, UnresolvedAddressException _ -> "the host's name is not known";
            case HttpConnectTimeoutException _ -> "no connection in time";
            case HttpTimeoutException _, SocketTimeoutException _ -> "no answer in time";
            case ConnectException _ -> "cannot connect";
            case SSLException _ -> "no secure connection: the certificate or the protocol does not fit";
            case IOException _ -> "the connection broke";
            default -> null;
        };
    }
}
