package tocsin.ingest.json;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tocsin.ingest.Decoded;
import tocsin.ingest.IngestLimits;
import tocsin.ingest.InvalidSeriesException;
import tocsin.ingest.Refusals;
import tocsin.ingest.RejectedException.BadInput;
import tocsin.ingest.RejectedException.TooLarge;
import tocsin.ingest.SeriesRules;
import tocsin.label.Labels;
import tocsin.signal.SampleBatch;
import tocsin.signal.Series;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/** Reads one request, token by token. It goes on after a mistake, so that the sender learns of several at once. */
final class MetricReader {
    private static final int PROBLEMS_TOLD = 10;
    private static final int MAX_NUMBER_LENGTH = 64;
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(16)
                    .maxNumberLength(MAX_NUMBER_LENGTH)
                    .maxNameLength(4096)
                    .maxStringLength(65_536)
                    .build())
            .build();

    private final IngestLimits limits;
    private final SeriesRules rules;
    private final Instant now;
    private final List<String> problems = new ArrayList<>();
    private final SampleBatch.Builder batch = SampleBatch.builder(16);
    private final Set<Series> series = new HashSet<>();
    private int metricsRead;
    private int problemCount;
    private boolean listSeen;

    MetricReader(IngestLimits limits, SeriesRules rules, Instant now) {
        this.limits = limits;
        this.rules = rules;
        this.now = now;
    }

    /** How many metrics were refused; nothing is kept of a request that has one. */
    int refused() {
        return problemCount == 0 ? 0 : metricsRead;
    }

    Decoded read(byte[] bytes) {
        try (var in = JSON.createParser(ObjectReadContext.empty(), bytes)) {
            readDocument(in);
        } catch (StreamConstraintsException e) {
            problemCount++;
            throw new TooLarge("Nothing was stored: %s%s.".formatted(e.getOriginalMessage(), place(e)));
        } catch (JacksonException e) {
            problemCount++;
            throw new BadInput("Nothing was stored: the body is not JSON%s: %s."
                    .formatted(place(e), SeriesRules.shown(e.getOriginalMessage())));
        }
        if (problemCount > 0) {
            String rest = problemCount > PROBLEMS_TOLD ? "; and %d more".formatted(problemCount - PROBLEMS_TOLD) : "";
            throw new BadInput("Nothing was stored: " + String.join("; ", problems) + rest + ".");
        }
        return new Decoded(batch.build(), series.size(), new Refusals());
    }

    private static String place(JacksonException e) {
        var location = e.getLocation();
        return location == null ? "" : " at line %d column %d".formatted(location.getLineNr(), location.getColumnNr());
    }

    private void readDocument(JsonParser in) {
        var first = in.nextToken();
        if (first == JsonToken.START_ARRAY) {
            readMetrics(in, "");
        } else if (first == JsonToken.START_OBJECT) {
            readObject(in);
        } else {
            problem("", "is not a metric: send an object or an array of objects");
        }
        if (in.nextToken() != null) {
            problem("", "has something after its end");
        }
    }

    /** Either {"metrics": [...]} or one metric; the first name decides nothing, so both are read the same way. */
    private void readObject(JsonParser in) {
        var metric = new Metric("");
        while (in.nextToken() != JsonToken.END_OBJECT) {
            if (in.currentName().equals("metrics")) {
                listSeen = true;
                if (in.nextToken() == JsonToken.START_ARRAY) {
                    readMetrics(in, "metrics");
                } else {
                    problem("metrics", "is not an array");
                    in.skipChildren();
                }
            } else {
                metric.readField(in);
            }
        }
        if (!listSeen) {
            count();
            metric.finish();
        } else if (metric.hasFields()) {
            problem("", "has other fields beside \"metrics\": put them into the metrics");
        }
    }

    private void readMetrics(JsonParser in, String list) {
        for (int i = 0; in.nextToken() != JsonToken.END_ARRAY; i++) {
            String path = list + "[" + i + "]";
            count();
            if (in.currentToken() == JsonToken.START_OBJECT) {
                readMetric(in, path);
            } else {
                problem(path, "is not an object");
                in.skipChildren();
            }
        }
    }

    private void readMetric(JsonParser in, String path) {
        var metric = new Metric(path + ".");
        while (in.nextToken() != JsonToken.END_OBJECT) {
            metric.readField(in);
        }
        metric.finish();
    }

    private void count() {
        if (++metricsRead > limits.samples()) {
            problemCount++;
            throw new TooLarge("Nothing was stored: the request has more than %d metrics; send fewer at once."
                    .formatted(limits.samples()));
        }
    }

    private void problem(String path, String sentence) {
        problemCount++;
        if (problems.size() < PROBLEMS_TOLD) {
            String place = path.endsWith(".") ? path.substring(0, path.length() - 1) : path;
            problems.add((place.isEmpty() ? "the body" : place + ":") + " " + sentence);
        }
    }

    /** One metric while it is read; its fields come in any order. */
    private final class Metric {
        private final String path;
        private final List<String> labels = new ArrayList<>();
        private @Nullable String name;
        private @Nullable Double value;
        private @Nullable Long timeMillis;
        private boolean faulty;

        Metric(String path) {
            this.path = path;
        }

        boolean hasFields() {
            return faulty || name != null || value != null || timeMillis != null || !labels.isEmpty();
        }

        void readField(JsonParser in) {
            String field = in.currentName();
            in.nextToken();
            switch (field) {
                case "name" -> readName(in);
                case "labels" -> readLabels(in);
                case "value" -> readValue(in);
                case "time" -> readTime(in);
                default -> {
                    fault(
                            SeriesRules.shown(field),
                            "is not a field of a metric; there are name, labels, value and time");
                    in.skipChildren();
                }
            }
        }

        private void fault(String field, String sentence) {
            faulty = true;
            problem(path + field, sentence);
        }

        private void readName(JsonParser in) {
            if (in.currentToken() == JsonToken.VALUE_STRING) {
                name = in.getString();
            } else {
                fault("name", "is not a string");
                in.skipChildren();
            }
        }

        private void readLabels(JsonParser in) {
            if (in.currentToken() != JsonToken.START_OBJECT) {
                fault("labels", "is not an object of strings");
                in.skipChildren();
                return;
            }
            while (in.nextToken() != JsonToken.END_OBJECT) {
                String label = in.currentName();
                if (in.nextToken() != JsonToken.VALUE_STRING) {
                    fault("labels." + SeriesRules.shown(label), "is not a string");
                    in.skipChildren();
                } else if (label.equals(Labels.METRIC)) {
                    fault("labels." + label, "is not allowed; give the metric's name as \"name\"");
                } else if (labels.size() / 2 <= limits.labels()) { // one more than allowed is enough to be refused
                    labels.add(label);
                    labels.add(in.getString());
                }
            }
        }

        private void readValue(JsonParser in) {
            switch (in.currentToken()) {
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> value = number(in);
                case VALUE_STRING -> value = special(in.getString());
                default -> {
                    fault("value", "is not a number");
                    in.skipChildren();
                }
            }
        }

        private @Nullable Double number(JsonParser in) {
            double number = in.getDoubleValue();
            if (Double.isInfinite(number)) {
                fault("value", "is larger than a double can hold");
                return null;
            }
            return number;
        }

        /** JSON has no literal for these. */
        private @Nullable Double special(String text) {
            return switch (text) {
                case "NaN" -> Double.NaN;
                case "Inf", "+Inf", "Infinity" -> Double.POSITIVE_INFINITY;
                case "-Inf", "-Infinity" -> Double.NEGATIVE_INFINITY;
                default -> {
                    fault("value", "is a string; send a number, or one of \"NaN\", \"+Inf\", \"-Inf\"");
                    yield null;
                }
            };
        }

        private void readTime(JsonParser in) {
            try {
                switch (in.currentToken()) {
                    case VALUE_NUMBER_INT -> timeMillis = in.getLongValue();
                    case VALUE_STRING ->
                        timeMillis = Instant.parse(in.getString()).toEpochMilli();
                    case VALUE_NULL -> timeMillis = null; // as if it were not there
                    default -> {
                        faultyTime();
                        in.skipChildren();
                    }
                }
            } catch (DateTimeException | ArithmeticException | InputCoercionException e) {
                faultyTime();
            }
        }

        private void faultyTime() {
            fault("time", "is neither like \"2026-01-01T00:00:00Z\" nor whole milliseconds since 1970");
        }

        void finish() {
            if (name == null && !faulty) {
                fault("name", "is missing");
            }
            if (value == null && !faulty) {
                fault("value", "is missing");
            }
            if (!faulty && name != null && value != null) {
                add(name, value, timeMillis == null ? now.toEpochMilli() : timeMillis);
            }
        }

        private void add(String metric, double number, long time) {
            labels.add(Labels.METRIC);
            labels.add(metric);
            try {
                var of = rules.series(labels);
                checkTime(of, time);
                series.add(of);
                batch.add(of, time, number);
            } catch (InvalidSeriesException e) {
                problem(path, e.getMessage());
            }
        }

        private void checkTime(Series of, long time) {
            var late = new Refusals();
            if (!late.acceptsTime(time, now, limits, of)) {
                problem(path + "time", late.firstSentence());
            }
        }
    }
}
