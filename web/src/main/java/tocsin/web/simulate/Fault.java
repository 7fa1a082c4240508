package tocsin.web.simulate;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What can go wrong with the simulated deployment. Each breaches one rule of the bundled pack. */
enum Fault {
    LATENCY_SPIKE("the slowest chat requests take nine seconds", "janus.latency-high"),
    COST_RUNAWAY("an agent calls its model in a loop, for forty cents a second", "janus.cost-runaway"),
    MEMORY_STORE_DOWN("the memory store is down; a call to the heal address restarts it", "janus.memory-store-down"),
    ERROR_BURST("seven of ten requests fail", "janus.errors-high"),
    VECTOR_STORE_SLOW("searches in the vector store take four seconds", "janus.vector-store-slow"),
    GRAPH_STORE_SLOW("walks through the graph take nine seconds", "janus.graph-store-slow"),
    TRAFFIC_STOP("no requests come in any more", "janus.no-requests");

    private final String story;
    private final String rule;

    Fault(String story, String rule) {
        this.story = story;
        this.rule = rule;
    }

    /** What happens, as the status line tells it. */
    String story() {
        return story;
    }

    /** The rule that should notice. */
    String rule() {
        return rule;
    }

    /** The word on the command line. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Fault of(String label) {
        for (var fault : values()) {
            if (fault.label().equals(label)) {
                return fault;
            }
        }
        throw new IllegalArgumentException("there is no fault \"" + label + "\"; there are " + labels());
    }

    static String labels() {
        return Arrays.stream(values()).map(Fault::label).collect(Collectors.joining(", "));
    }
}
