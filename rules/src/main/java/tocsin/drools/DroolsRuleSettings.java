package tocsin.drools;

/**
 * How much work a rule may make.
 *
 * @param maxFindingsPerRule for how many series a rule may hold at once. A rule that holds for more selects too much;
 *     it is parked, and the other rules go on.
 * @param maxFirings how many rule firings one evaluation makes at most. Past this, the rule that fired most is parked.
 */
public record DroolsRuleSettings(int maxFindingsPerRule, int maxFirings) {
    public static final DroolsRuleSettings DEFAULT = new DroolsRuleSettings(10_000, 1_000_000);

    public DroolsRuleSettings {
        if (maxFindingsPerRule < 1) {
            throw new IllegalArgumentException(
                    "tocsin.rules.max-findings-per-rule is at least 1, not " + maxFindingsPerRule);
        }
        if (maxFirings < maxFindingsPerRule) {
            throw new IllegalArgumentException(
                    "tocsin.rules.max-firings (%d) is smaller than max-findings-per-rule (%d)"
                            .formatted(maxFirings, maxFindingsPerRule));
        }
    }
}
