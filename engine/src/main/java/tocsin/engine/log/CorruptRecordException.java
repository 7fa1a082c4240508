package tocsin.engine.log;

import java.io.IOException;

/** The bytes of a record are not what was written. */
final class CorruptRecordException extends IOException {
    private static final long serialVersionUID = 1L;

    CorruptRecordException(String message) {
        super(message);
    }
}
