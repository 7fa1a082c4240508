package tocsin.timescale;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Seals secrets with AES-256-GCM before they go into the database. The key is never in the database: it comes from the
 * environment or from a file that only Tocsin's user can read. Safe for concurrent use.
 */
public final class SecretBox {
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final byte VERSION = 1;

    private final SecretKey key;
    private final SecureRandom random = new SecureRandom();

    private SecretBox(byte[] key) {
        this.key = new SecretKeySpec(key, "AES");
    }

    /**
     * With the key of {@code TOCSIN_SECRET_KEY} when that is set, else with the one in {@code secret.key} in this
     * directory, which is made when there is none.
     *
     * @param fromEnvironment 32 bytes in Base64, as {@code openssl rand -base64 32} prints them; null or blank when
     *     not set
     * @throws IllegalArgumentException when the key is not of that form
     */
    public static SecretBox open(@Nullable String fromEnvironment, Path directory) {
        if (fromEnvironment != null && !fromEnvironment.isBlank()) {
            return new SecretBox(decode(fromEnvironment, "TOCSIN_SECRET_KEY"));
        }
        Path file = directory.resolve("secret.key");
        try {
            if (!Files.exists(file)) {
                make(file);
            }
            return new SecretBox(decode(Files.readString(file), file.toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The key file " + file
                            + " cannot be read or made; give its directory to the user that runs Tocsin, or set"
                            + " TOCSIN_SECRET_KEY.",
                    e);
        }
    }

    /**
     * Encrypt.
     *
     * @param context what the secret belongs to; it can only be opened for the same
     */
    byte[] seal(String secret, String context) {
        var nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed =
                    cipher(Cipher.ENCRYPT_MODE, nonce, context).doFinal(secret.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.allocate(1 + NONCE_BYTES + sealed.length)
                    .put(VERSION)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM cannot encrypt with AES-GCM", e);
        }
    }

    /**
     * Decrypt what {@link #seal} made for the same context.
     *
     * @throws GeneralSecurityException when it was sealed with another key, for something else, or was tampered with
     */
    String open(byte[] sealed, String context) throws GeneralSecurityException {
        if (sealed.length <= 1 + NONCE_BYTES || sealed[0] != VERSION) {
            throw new GeneralSecurityException("not a sealed secret");
        }
        var nonce = new byte[NONCE_BYTES];
        ByteBuffer.wrap(sealed, 1, NONCE_BYTES).get(nonce);
        byte[] secret = cipher(Cipher.DECRYPT_MODE, nonce, context)
                .doFinal(sealed, 1 + NONCE_BYTES, sealed.length - 1 - NONCE_BYTES);
        return new String(secret, StandardCharsets.UTF_8);
    }

    private Cipher cipher(int mode, byte[] nonce, String context) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    private static void make(Path file) throws IOException {
        var key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        Files.createDirectories(file.toAbsolutePath().getParent());
        Path unfinished = file.resolveSibling("secret.key.unfinished");
        Files.deleteIfExists(unfinished);
        Files.createFile(
                unfinished, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(unfinished, Base64.getEncoder().encodeToString(key) + "\n");
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static byte[] decode(String text, String origin) {
        try {
            byte[] key = Base64.getDecoder().decode(text.strip());
            if (key.length == KEY_BYTES) {
                return key;
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(problem(origin), e);
        }
        throw new IllegalArgumentException(problem(origin));
    }

    private static String problem(String origin) {
        return origin + " must hold 32 bytes in Base64, as \"openssl rand -base64 32\" prints them";
    }
}
