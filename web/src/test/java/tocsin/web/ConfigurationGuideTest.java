package tocsin.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** docs/configuration.md names every property of ours with its default. */
class ConfigurationGuideTest {
    @Test
    void everyPropertyIsInTheGuide() throws Exception {
        String guide = Files.readString(Path.of("..", "docs", "configuration.md"));
        try (var metadata = getClass().getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            var properties = JsonMapper.shared().readTree(metadata).path("properties");
            assertThat(properties).isNotEmpty();
            assertThat(StreamSupport.stream(properties.spliterator(), false)
                            .map(property -> row(
                                    property.path("name").asString(),
                                    property.path("defaultValue").asString("")))
                            .filter(row -> !guide.contains(row)))
                    .as("missing in docs/configuration.md")
                    .isEmpty();
        }
    }

    private static String row(String name, String defaultValue) {
        return "| `" + name + "` |"
                + (defaultValue.isEmpty() || defaultValue.contains("/") ? "" : " " + shown(name, defaultValue));
    }

    private static String shown(String name, String defaultValue) {
        return name.equals("tocsin.data") ? "`" + defaultValue + "`" : defaultValue;
    }
}
