package tocsin.label;

import java.util.HexFormat;

/**
 * A 64-bit name of a set of labels. Every node computes the same one without asking anyone, so it
 * serves as the key of a series in the log, in memory and in the database.
 *
 * @param value the hash; all 64 bits are significant
 */
public record Fingerprint(long value) implements Comparable<Fingerprint> {

    /** Reads what {@link #hex()} wrote. */
    public static Fingerprint parse(String hex) {
        if (hex.length() != 16) {
            throw new IllegalArgumentException("a fingerprint has 16 hexadecimal digits, not \"" + hex + "\"");
        }
        return new Fingerprint(HexFormat.fromHexDigitsToLong(hex));
    }

    /** Sixteen lower-case hexadecimal digits. */
    public String hex() {
        return HexFormat.of().toHexDigits(value);
    }

    @Override
    public int compareTo(Fingerprint other) {
        return Long.compareUnsigned(value, other.value);
    }

    @Override
    public String toString() {
        return hex();
    }
}
