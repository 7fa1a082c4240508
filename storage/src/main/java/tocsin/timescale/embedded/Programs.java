package tocsin.timescale.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** PostgreSQL's programs, unpacked once from the class path into the data directory. */
final class Programs {
    private static final String COMPLETE = ".complete";

    private Programs() {}

    /** The directory that holds {@code bin/postgres}, after unpacking it if this very build was not unpacked before. */
    static Path unpack(Path parent) throws IOException {
        String archive = "postgres-" + platform() + ".txz";
        String checksum = checksum(archive);
        Path directory = parent.resolve("runtime-" + checksum);
        if (Files.exists(directory.resolve(COMPLETE))) {
            return directory;
        }
        Path unfinished = parent.resolve("runtime-" + checksum + ".unfinished");
        deleteRecursively(unfinished);
        deleteRecursively(directory);
        Files.createDirectories(unfinished);
        try (var stream = open(archive);
                var tar = new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(stream)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                extract(tar, entry, unfinished);
            }
        }
        Files.createFile(unfinished.resolve(COMPLETE));
        Files.move(unfinished, directory, StandardCopyOption.ATOMIC_MOVE);
        return directory;
    }

    private static void extract(TarArchiveInputStream tar, TarArchiveEntry entry, Path root) throws IOException {
        Path target = root.resolve(entry.getName()).normalize();
        if (!target.startsWith(root)) {
            throw new IOException("the archive of PostgreSQL holds a path outside of itself: " + entry.getName());
        }
        if (entry.isDirectory()) {
            Files.createDirectories(target);
            return;
        }
        if (target.getParent() != null) {
            Files.createDirectories(target.getParent());
        }
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
        } else {
            Files.copy(tar, target);
            boolean program = (entry.getMode() & 0100) != 0;
            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
        }
    }

    private static String checksum(String archive) throws IOException {
        try (var stream = new CheckedInputStream(open(archive), new CRC32())) {
            stream.transferTo(OutputStream.nullOutputStream());
            return "%08x".formatted(stream.getChecksum().getValue());
        }
    }

    private static InputStream open(String archive) {
        InputStream stream = Programs.class.getResourceAsStream("/" + archive);
        if (stream == null) {
            throw new EmbeddedPostgresException("There is no embedded PostgreSQL for " + System.getProperty("os.name")
                    + " on " + System.getProperty("os.arch")
                    + " in this build; set TOCSIN_DATABASE_URL to a PostgreSQL of your own.");
        }
        return stream;
    }

    /** As the archives are named. */
    private static String platform() {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String machine = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        boolean arm = machine.equals("aarch64") || machine.equals("arm64");
        return (system.contains("mac") ? "darwin" : system) + "-" + (arm ? "arm_64" : "x86_64");
    }

    static void deleteRecursively(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (var paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
