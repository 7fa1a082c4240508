package tocsin.timescale;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import tocsin.label.Labels;
import tocsin.rule.Evidence;
import tocsin.signal.Series;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The columns that hold JSON. PostgreSQL's JSON knows no NaN, no infinity and no zero character. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    private Json() {}

    static String write(Map<String, String> map) {
        var node = MAPPER.createObjectNode();
        map.forEach((name, value) -> node.put(Columns.text(name), Columns.text(value)));
        return MAPPER.writeValueAsString(node);
    }

    /** In the order of the text. */
    static Map<String, String> readMap(String json) {
        return map(MAPPER.readTree(json));
    }

    static String write(Labels labels) {
        return write(labels.toMap());
    }

    static Labels readLabels(String json) {
        return Labels.of(readMap(json));
    }

    static String write(Evidence evidence) {
        var node = MAPPER.createObjectNode();
        var series = node.putObject("series");
        evidence.series()
                .labels()
                .toMap()
                .forEach((name, value) -> series.put(Columns.text(name), Columns.text(value)));
        node.put("at", evidence.at().toString());
        node.set("value", number(evidence.value()));
        var terms = node.putArray("terms");
        for (var term : evidence.terms()) {
            terms.addObject()
                    .put("expression", Columns.text(term.expression()))
                    .put("operator", term.operator())
                    .set("threshold", number(term.threshold()))
                    .set("actual", number(term.actual()));
        }
        return MAPPER.writeValueAsString(node);
    }

    static Evidence readEvidence(String json) {
        JsonNode node = MAPPER.readTree(json);
        var terms = new ArrayList<Evidence.Term>();
        for (JsonNode term : node.get("terms")) {
            terms.add(new Evidence.Term(
                    term.get("expression").asString(),
                    term.get("operator").asString(),
                    number(term.get("threshold")),
                    number(term.get("actual"))));
        }
        return new Evidence(
                new Series(Labels.of(map(node.get("series")))),
                Instant.parse(node.get("at").asString()),
                number(node.get("value")),
                terms);
    }

    private static Map<String, String> map(JsonNode node) {
        var map = new LinkedHashMap<String, String>();
        node.properties()
                .forEach(entry -> map.put(entry.getKey(), entry.getValue().asString()));
        return map;
    }

    private static JsonNode number(double value) {
        var factory = MAPPER.getNodeFactory();
        return Double.isFinite(value) ? factory.numberNode(value) : factory.stringNode(Double.toString(value));
    }

    private static double number(JsonNode node) {
        return node.isNumber() ? node.asDouble() : Double.parseDouble(node.asString());
    }
}
