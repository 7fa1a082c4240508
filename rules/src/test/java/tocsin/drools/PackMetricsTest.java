package tocsin.drools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tocsin.rule.Selector;

/**
 * No bundled rule watches a metric that nobody sends. Who sends them are other modules, which this one must not depend
 * on, so their sources are read.
 */
class PackMetricsTest {
    private static final Path PROJECT = Path.of("..");
    private static final Pattern NAME = Pattern.compile("\"((?:host|janus|tocsin)_[a-z0-9_]+)\"");
    private static final Pattern METER =
            Pattern.compile("(?i)\\b(?:function)?(counter|gauge|timer)(?:\\.builder)?\\(\\s*\"(tocsin\\.[a-z.]+)\"");

    private static Set<String> watched(String pack) {
        var names = new TreeSet<String>();
        for (var one : RulePacks.bundled()) {
            if (one.name().equals(pack)) {
                for (var rule : one.rules()) {
                    new DroolsRuleEngine()
                            .compile(rule.source()).rules().getFirst().selectors().stream()
                                    .map(Selector::metric)
                                    .forEach(names::add);
                }
            }
        }
        return names;
    }

    private static Set<String> namesIn(String file) throws IOException {
        var names = new TreeSet<String>();
        NAME.matcher(Files.readString(PROJECT.resolve(file))).results().forEach(name -> names.add(name.group(1)));
        return names;
    }

    @Test
    void hostsSendWhatTheirRulesWatch() throws IOException {
        assertThat(namesIn("ingest/src/main/java/tocsin/ingest/host/Readings.java"))
                .containsAll(watched("host"));
    }

    @Test
    void theSimulatorSendsWhatTheRulesForJanusWatch() throws IOException {
        assertThat(namesIn("web/src/main/java/tocsin/web/simulate/JanusDeployment.java"))
                .containsAll(watched("janus"));
    }

    /** Under the names that own metrics get. */
    @Test
    void tocsinMeasuresWhatItsOwnRulesWatch() throws IOException {
        var names = namesIn("ingest/src/main/java/tocsin/ingest/self/SelfMetrics.java");
        for (String module : List.of("engine", "storage", "workflows", "notifiers", "ingest")) {
            try (Stream<Path> files = Files.walk(PROJECT.resolve(module).resolve("src/main/java"))) {
                for (Path file :
                        files.filter(f -> f.toString().endsWith(".java")).toList()) {
                    METER.matcher(Files.readString(file)).results().forEach(meter -> names.addAll(names(meter)));
                }
            }
        }
        assertThat(names).containsAll(watched("tocsin"));
    }

    private static List<String> names(MatchResult meter) {
        String name = meter.group(2).replace('.', '_');
        return switch (meter.group(1).toLowerCase(Locale.ROOT)) {
            case "counter" -> List.of(name + "_total");
            case "gauge" -> List.of(name);
            default -> List.of(name + "_seconds_count", name + "_seconds_sum", name + "_seconds_max");
        };
    }
}
