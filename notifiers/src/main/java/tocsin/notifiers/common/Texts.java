package tocsin.notifiers.common;

import java.util.regex.Pattern;

/** Fits text into the limits of providers. */
public final class Texts {
    /** Control characters, line separators, halves of characters, and two that XML forbids. */
    private static final Pattern LINE_BREAKERS = Pattern.compile("[\\p{Cntrl}\\u2028\\u2029\\p{Cs}\\uFFFE\\uFFFF]+");

    private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cntrl}\\p{Cs}\\uFFFE\\uFFFF&&[^\\n]]+");

    private Texts() {}

    /** At most this many characters, with an ellipsis when something was cut, never half a character. */
    public static String cut(String text, int limit) {
        if (text.length() <= limit) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(limit - 2)) ? limit - 2 : limit - 1;
        return text.substring(0, end) + "…";
    }

    /** On one line, without control characters and what is no character at all. */
    public static String line(String text) {
        return LINE_BREAKERS.matcher(text).replaceAll(" ").strip();
    }

    /** Without control characters, except line breaks, and what is no character at all. */
    public static String lines(String text) {
        return INVISIBLE.matcher(text.replace("\r\n", "\n")).replaceAll(" ").strip();
    }
}
