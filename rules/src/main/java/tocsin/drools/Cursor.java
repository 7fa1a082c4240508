package tocsin.drools;

import java.util.List;
import tocsin.drools.Token.Kind;

/**
 * A place in a run of words. Reading stops with {@link Unreadable} at the first word that does not fit, after the
 * problem was noted; the caller goes on behind it, so that all problems of a text are reported at once.
 */
final class Cursor {
    /** The problem is already noted. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;

        private Unreadable() {
            super(null, null, false, false);
        }
    }

    private final List<Token> tokens;
    private final int to;
    private final Problems problems;
    private int at;

    /** From the word at this place up to, without, the word at another, which must be there. */
    Cursor(List<Token> tokens, int from, int to, Problems problems) {
        this.tokens = tokens;
        this.at = from;
        this.to = to;
        this.problems = problems;
    }

    boolean atEnd() {
        return at >= to;
    }

    int at() {
        return at;
    }

    /** The next word; behind the end, what follows there. */
    Token peek() {
        return tokens.get(at);
    }

    /** The word behind the next one, or any that fits nowhere when the end lies between. */
    Token peekSecond() {
        return tokens.get(at + 1 < to ? at + 1 : tokens.size() - 1);
    }

    boolean nextIs(String symbolOrName) {
        return !atEnd() && peek().is(symbolOrName);
    }

    Token take() {
        Token token = peek();
        if (at < to) {
            at++;
        }
        return token;
    }

    boolean takeIf(String symbolOrName) {
        boolean taken = nextIs(symbolOrName);
        if (taken) {
            at++;
        }
        return taken;
    }

    Token expect(String symbolOrName, String where) throws Unreadable {
        if (!nextIs(symbolOrName)) {
            throw refuse(peek(), "expected '%s' %s, found %s".formatted(symbolOrName, where, peek()));
        }
        return take();
    }

    Token expect(Kind kind, String what) throws Unreadable {
        if (atEnd() || peek().kind() != kind) {
            throw refuse(peek(), "expected %s, found %s".formatted(what, peek()));
        }
        return take();
    }

    Unreadable refuse(Token where, String message) {
        problems.add(where, message);
        return new Unreadable();
    }

    /** Goes to this place. */
    void moveTo(int place) {
        at = Math.min(place, to);
    }

    /** Passes over one word, and when it opens a bracket, over all up to the one that closes it. */
    void skip() {
        if (!atEnd() && isOpening(peek())) {
            at = closing(at) + 1;
        } else {
            at++;
        }
        at = Math.min(at, to);
    }

    /** Whether this symbol comes outside brackets. */
    boolean holds(String symbol) {
        var scan = new Cursor(tokens, at, to, problems);
        while (!scan.atEnd() && !scan.nextIs(symbol)) {
            scan.skip();
        }
        return !scan.atEnd();
    }

    /** Where the bracket that opens here is closed; the end when it never is. */
    int closing(int opening) {
        int depth = 0;
        for (int i = opening; i < to; i++) {
            if (isOpening(tokens.get(i))) {
                depth++;
            } else if (isClosing(tokens.get(i)) && --depth == 0) {
                return i;
            }
        }
        return to;
    }

    private static boolean isOpening(Token token) {
        return token.is("(") || token.is("[") || token.is("{");
    }

    private static boolean isClosing(Token token) {
        return token.is(")") || token.is("]") || token.is("}");
    }
}
