package tocsin.notifiers.common;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/** Takes secrets out of text that others wrote, such as a server that answers with the request it got. */
public final class Redaction {
    /** Longest text that is passed on, in characters. */
    public static final int MAX_LENGTH = 300;

    private static final int SHORTEST_PART = 6;

    private final List<String> secrets;

    public Redaction(List<String> secrets) {
        var all = new TreeSet<String>(
                Comparator.comparingInt(String::length).reversed().thenComparing(text -> text));
        for (String secret : secrets) {
            all.addAll(spellings(secret));
        }
        all.remove("");
        this.secrets = List.copyOf(all);
    }

    /** A secret as a whole, its words such as the one behind "Bearer", and each as it is written in URLs and JSON. */
    private static List<String> spellings(String secret) {
        var plain = new ArrayList<>(List.of(secret));
        for (String part : secret.split("[\\s/?&=:@]+", -1)) {
            if (part.length() >= SHORTEST_PART) {
                plain.add(part);
            }
        }
        var all = new ArrayList<>(plain);
        for (String text : plain) {
            all.add(URLEncoder.encode(text, StandardCharsets.UTF_8));
            all.add(text.replace("\\", "\\\\").replace("\"", "\\\"").replace("/", "\\/"));
        }
        return all;
    }

    /** The text on one line, without secrets and control characters, cut at {@value #MAX_LENGTH} characters. */
    public String clean(String text) {
        String clean = text;
        for (String secret : secrets) {
            clean = clean.replace(secret, "***");
        }
        clean = clean.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return clean.length() > MAX_LENGTH ? clean.substring(0, MAX_LENGTH) + "…" : clean;
    }

    @Override
    public String toString() {
        return secrets.size() + " secrets";
    }
}
