package tocsin.drools;

/**
 * One word of a rule's text.
 *
 * @param text as it is written; of a {@link Kind#STRING} what it stands for, without quotes and escapes
 * @param start offset of its first character in the text
 * @param end offset after its last character
 * @param line counted from 1
 * @param column counted from 1
 */
record Token(Kind kind, String text, int start, int end, int line, int column) {

    /** What a word can be. */
    enum Kind {
        NAME,
        STRING,
        /** Digits, perhaps with a fraction and an exponent, never with a sign. */
        NUMBER,
        SYMBOL,
        /** After the last word. */
        END
    }

    boolean is(String symbolOrName) {
        return (kind == Kind.SYMBOL || kind == Kind.NAME) && text.equals(symbolOrName);
    }

    boolean isVariable() {
        return kind == Kind.NAME && text.startsWith("$");
    }

    /** How a message speaks of it. */
    @Override
    public String toString() {
        return switch (kind) {
            case END -> "the end of the text";
            case STRING -> '"' + abbreviated() + '"';
            case NAME, NUMBER, SYMBOL -> "'" + abbreviated() + "'";
        };
    }

    private String abbreviated() {
        return text.length() <= 40 ? text : text.substring(0, 39) + "…";
    }
}
