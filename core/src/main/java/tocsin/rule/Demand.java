package tocsin.rule;

/**
 * What a rule needs live series to keep: for the selected series, this window. Live series keep nothing that no rule
 * demands, but for each series' latest sample.
 */
public record Demand(Selector selector, Window window) {}
