package tocsin.web.overview;

import java.util.List;

/** Whether Tocsin itself is well. Quick, and never throws. Safe for concurrent use. */
public interface SelfStatus {
    /** One item for each part that people may have to care for, in the order in which to show them. */
    List<Item> items();

    /**
     * One part of Tocsin.
     *
     * @param name such as {@code Database}
     * @param sentence how it is, and what to do when it is not well
     */
    record Item(String name, State state, String sentence) {}

    /** How a part is. */
    enum State {
        OK,
        /** It works, but not as it should. */
        DEGRADED,
        DOWN;

        /** The word that people see. */
        public String label() {
            return switch (this) {
                case OK -> "well";
                case DEGRADED -> "degraded";
                case DOWN -> "down";
            };
        }

        /** Names the style. */
        public String tone() {
            return switch (this) {
                case OK -> "good";
                case DEGRADED -> "warn";
                case DOWN -> "bad";
            };
        }
    }
}
