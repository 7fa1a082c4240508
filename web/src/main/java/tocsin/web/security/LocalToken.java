package tocsin.web.security;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import tocsin.access.ApiToken;
import tocsin.web.access.Tokens;

/**
 * Leaves a token that may only send signals in the data directory, readable by the same user alone, so that
 * {@code ./tocsin simulate} works without anybody copying keys.
 */
@Component
@Order(1)
class LocalToken implements ApplicationRunner {
    private static final Logger log = LoggerFactory.getLogger(LocalToken.class);

    private final Tokens tokens;
    private final Path file;

    LocalToken(Tokens tokens, @Value("${tocsin.data}") Path data) {
        this.tokens = tokens;
        this.file = data.resolve("ingest.token");
    }

    @Override
    public void run(ApplicationArguments arguments) {
        try {
            if (Files.exists(file)
                    && tokens.authenticate(Files.readString(file).strip()).isPresent()) {
                return;
            }
            var created = tokens.create("simulate on this machine", Set.of(ApiToken.Scope.INGEST), null, "start-up");
            write(created.key());
        } catch (IOException e) {
            log.warn("The token for ./tocsin simulate could not be left in {}: {}", file, e.getMessage());
        }
    }

    private void write(String key) throws IOException {
        Files.deleteIfExists(file);
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.writeString(file, key + System.lineSeparator());
    }
}
