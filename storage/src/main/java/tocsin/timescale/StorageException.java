package tocsin.timescale;

import org.jspecify.annotations.Nullable;

/** The database cannot be used as it is. The message is a sentence or two that say why and what to do. */
public final class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StorageException(String message) {
        this(message, null);
    }

    StorageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
