package tocsin.rule;

/**
 * Something that is wrong with a rule's text.
 *
 * @param line counted from 1
 * @param column counted from 1
 * @param message what is wrong and what to do instead
 */
public record Problem(int line, int column, String message) {
    @Override
    public String toString() {
        return "line " + line + ", column " + column + ": " + message;
    }
}
