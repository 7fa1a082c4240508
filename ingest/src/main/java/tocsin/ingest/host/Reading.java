package tocsin.ingest.host;

import java.util.function.Consumer;

/**
 * One kind of reading.
 *
 * @param name what is read, as people say it
 * @param take puts its values into the sink
 */
record Reading(String name, Consumer<Sink> take) {}
