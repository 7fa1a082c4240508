package tocsin.engine.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Where segments are written. A seam: the tests put a disk here that fails or loses power. */
interface Disk {
    /** Make a file that begins with this header. It appears whole or not at all, and replaces one of the same name. */
    Output create(Path file, ByteBuffer header) throws IOException;

    /** A file that is being written at its end. */
    interface Output extends Closeable {
        void write(byte[] bytes, int length) throws IOException;

        /** Return when all that was written would survive a loss of power. */
        void force() throws IOException;

        void truncate(long size) throws IOException;
    }
}
