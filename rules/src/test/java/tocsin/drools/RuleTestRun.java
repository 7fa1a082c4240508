package tocsin.drools;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tocsin.label.Labels;
import tocsin.rule.CompiledRule;
import tocsin.rule.Finding;
import tocsin.rule.RuleSession;
import tocsin.rule.Template;
import tocsin.signal.Series;
import tocsin.signal.Staleness;

/**
 * Plays a case second by second through a session, with the plainest life cycle that does what {@code @for},
 * {@code @keepFiring} and missing data ask for.
 */
final class RuleTestRun {
    private static final Duration TICK = Duration.ofSeconds(1);

    /** An alert as a test sees it. */
    record Seen(String rule, Labels labels, String summary) {}

    private static final class Episode {
        private final Duration since;
        private Finding latest;
        private boolean firing;
        private @Nullable Duration goneSince;

        private Episode(Duration since, Finding first) {
            this.since = since;
            this.latest = first;
        }
    }

    private final Map<String, CompiledRule> rules;
    private final RuleTestFile.Case test;
    private final RuleSession session;
    private final Map<Series, ReferenceSeries> live = new LinkedHashMap<>();
    private final Map<Finding.Key, Episode> episodes = new HashMap<>();

    private RuleTestRun(List<CompiledRule> rules, RuleTestFile.Case test, RuleSession session) {
        this.rules = rules.stream()
                .collect(Collectors.toMap(rule -> rule.definition().id().value(), rule -> rule));
        this.test = test;
        this.session = session;
        session.use(rules);
    }

    /** What is different from what the case expects, one sentence each; empty when all is as expected. */
    static List<String> play(List<CompiledRule> rules, RuleTestFile.Case test) {
        try (var session = new DroolsRuleEngine().open()) {
            return new RuleTestRun(rules, test, session).play();
        }
    }

    private List<String> play() {
        var differences = new ArrayList<String>();
        var end = test.expectations().stream()
                .map(RuleTestFile.Expectation::at)
                .max(Duration::compareTo)
                .orElseThrow(() -> new IllegalArgumentException("the test \"" + test.name() + "\" expects nothing"));
        for (var now = Duration.ZERO; now.compareTo(end) <= 0; now = now.plus(TICK)) {
            feed(now);
            step(now);
            for (var expectation : test.expectations()) {
                if (expectation.at().equals(now)) {
                    compare(expectation, differences);
                }
            }
        }
        return differences;
    }

    private void feed(Duration now) {
        for (var input : test.series()) {
            for (var point : input.points()) {
                if (test.interval().multipliedBy(point.index()).equals(now)) {
                    feed(input.series(), now, point.value());
                }
            }
        }
        for (var series : live.values()) {
            series.setNow(now);
            session.update(series);
        }
    }

    private void feed(Series series, Duration now, double value) {
        if (Staleness.isMarker(value)) {
            var ended = live.remove(series);
            if (ended != null) {
                session.remove(ended);
            }
        } else {
            live.computeIfAbsent(series, ReferenceSeries::new).add(now, value);
        }
    }

    private void step(Duration now) {
        var evaluation = session.evaluate();
        if (!evaluation.parked().isEmpty()) {
            throw new AssertionError("parked: " + evaluation.parked());
        }
        var holding = evaluation.holding().stream().collect(Collectors.toMap(Finding::key, finding -> finding));
        holding.forEach((key, finding) -> {
            var episode = episodes.computeIfAbsent(key, _ -> new Episode(now, finding));
            episode.latest = finding;
            episode.goneSince = null;
        });
        episodes.values().removeIf(this::hasLostItsSeries);
        for (var episode : episodes.values()) {
            if (!holding.containsKey(episode.latest.key()) && episode.goneSince == null && !lacksData(episode)) {
                episode.goneSince = now;
            }
        }
        episodes.values().removeIf(episode -> isOver(episode, now));
        for (var episode : episodes.values()) {
            var hold = episode.latest.rule().hold();
            episode.firing |= now.minus(episode.since).compareTo(hold) >= 0;
        }
    }

    private boolean hasLostItsSeries(Episode episode) {
        return !live.containsKey(episode.latest.evidence().series());
    }

    /** Missing data is no news: what held goes on as if it held. */
    private boolean lacksData(Episode episode) {
        var series = live.get(episode.latest.evidence().series());
        var rule = rules.get(episode.latest.rule().id().value());
        return series != null
                && rule != null
                && rule.demands().stream().anyMatch(demand -> series.lacksData(demand.window()));
    }

    private static boolean isOver(Episode episode, Duration now) {
        if (episode.goneSince == null) {
            return false;
        }
        var keepFiring = episode.firing ? episode.latest.rule().keepFiring() : Duration.ZERO;
        return now.minus(episode.goneSince).compareTo(keepFiring) >= 0;
    }

    private void compare(RuleTestFile.Expectation expectation, List<String> differences) {
        compare(expectation.at(), "firing", expectation.firing(), seen(episode -> episode.firing), differences);
        compare(expectation.at(), "pending", expectation.pending(), seen(episode -> !episode.firing), differences);
    }

    private List<Seen> seen(Predicate<Episode> which) {
        return episodes.values().stream()
                .filter(which)
                .map(episode -> seen(episode.latest))
                .toList();
    }

    private static Seen seen(Finding finding) {
        var labels = finding.labels().with(finding.rule().labels());
        double value = finding.evidence().value();
        return new Seen(
                finding.rule().id().value(),
                labels,
                Template.fill(finding.rule().summary(), labels, value));
    }

    private void compare(
            Duration at,
            String status,
            List<RuleTestFile.Expected> expected,
            List<Seen> seen,
            List<String> differences) {
        var unexpected = new ArrayList<>(seen);
        for (var one : expected) {
            if (!unexpected.removeIf(alert -> fits(one, alert))) {
                differences.add(say(at, "expected %s %s".formatted(status, one)));
            }
        }
        unexpected.forEach(one -> differences.add(say(at, "did not expect %s %s".formatted(status, one))));
    }

    private String say(Duration at, String what) {
        return "%s: at %ds %s".formatted(test.name(), at.toSeconds(), what);
    }

    private static boolean fits(RuleTestFile.Expected expected, Seen seen) {
        return expected.rule().equals(seen.rule())
                && expected.labels().equals(seen.labels())
                && (expected.summary() == null || expected.summary().equals(seen.summary()));
    }
}
