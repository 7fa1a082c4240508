package tocsin.web.simulate;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import tocsin.label.Labels;
import tocsin.signal.SampleBatch;
import tocsin.signal.Series;
import tocsin.signal.Staleness;

/**
 * A deployment of AI teammates, as its metrics show it: traffic that follows the day, latencies with heavy tails, models
 * with prices. The same seed, times and faults give the same telemetry. In normal operation it stays well within the
 * limits of the bundled rules, by bounds and not by luck.
 */
final class JanusDeployment {
    /**
     * A kind of request.
     *
     * @param perSecond requests at the busiest time of the day
     * @param medianSeconds half of the requests take less
     * @param spread sigma of the log-normal distribution of latencies
     * @param failing share of requests that fail in normal operation
     */
    private record RequestType(String name, double perSecond, double medianSeconds, double spread, double failing) {
        /** Latency at a quantile whose standard normal deviate is z. */
        double latency(double z) {
            return medianSeconds * Math.exp(spread * z);
        }
    }

    /**
     * A model. Prices are in the order of what vendors ask, not anybody's price list.
     *
     * @param calls calls per chat request
     * @param inputPrice dollars for a million tokens
     * @param outputPrice dollars for a million tokens
     */
    private record Model(
            String name, double calls, int inputTokens, int outputTokens, double inputPrice, double outputPrice) {}

    /** A quantile as the label says it, and its standard normal deviate. */
    private record Quantile(String label, double deviate) {}

    private static final List<RequestType> REQUESTS = List.of(
            new RequestType("chat", 1.2, 0.42, 0.42, 0.004),
            new RequestType("agent_task", 0.6, 0.50, 0.36, 0.006),
            new RequestType("retrieval", 20, 0.12, 0.55, 0.001),
            new RequestType("tool_call", 9, 0.16, 0.58, 0.002));
    private static final RequestType CHAT = REQUESTS.getFirst();
    private static final List<Model> MODELS = List.of(
            new Model("claude-sonnet-4-5", 0.6, 340, 60, 3, 15),
            new Model("gpt-5-mini", 0.9, 420, 90, 0.25, 2),
            new Model("llama-3.3-70b", 0.8, 380, 110, 0.6, 0.8));
    private static final Model LOOPING = MODELS.getFirst();
    private static final List<String> AGENTS = List.of("researcher", "planner", "coder", "reviewer", "support");
    private static final double ACTIVATIONS_PER_TASK = 1.4;
    private static final List<Quantile> QUANTILES =
            List.of(new Quantile("0.5", 0), new Quantile("0.95", 1.6449), new Quantile("0.99", 2.3263));
    /** Normal latencies never reach this, whatever the dice say; the rule asks for 2 s on average. */
    private static final double CALM_SECONDS = 1.8;

    private static final double LOOP_INPUT_TOKENS_PER_SECOND = 80_000;
    private static final double LOOP_OUTPUT_TOKENS_PER_SECOND = 10_700;
    private static final double BURST_FAILING = 0.7;
    private static final double SESSIONS = 110;
    private static final Duration LONGEST_STEP = Duration.ofMinutes(1);

    private final String deployment;
    private final long seed;
    private final Map<Series, Double> counters = new LinkedHashMap<>();
    private final List<Series> known = new ArrayList<>();
    private final Map<List<String>, Series> series = new LinkedHashMap<>();
    private Instant before;

    /** @param start counters are zero at this time */
    JanusDeployment(String deployment, long seed, Instant start) {
        this.deployment = deployment;
        this.seed = seed;
        this.before = start;
    }

    /** Let time pass up to now, under these faults, and tell every metric. Times must ascend. */
    SampleBatch advance(Instant now, Set<Fault> faults) {
        var step = Duration.between(before, now);
        // after a laptop's sleep, the hours that nobody lived through bring no traffic
        double seconds = Math.min(step.toMillis(), LONGEST_STEP.toMillis()) / 1000.0;
        before = now;
        var moment = new Moment(new Random(seed * 31 + now.toEpochMilli()), now.toEpochMilli(), seconds, faults);
        moment.requests(busyness(now));
        moment.models(busyness(now));
        moment.agents(busyness(now));
        moment.stores();
        moment.sessions(busyness(now));
        return moment.batch.build();
    }

    /** A last word for every series, so that a deployment that was switched off on purpose is not missed. */
    SampleBatch end(Instant now) {
        var batch = SampleBatch.builder(known.size());
        known.forEach(each -> batch.add(each, now.toEpochMilli(), Staleness.MARKER));
        return batch.build();
    }

    /** The share of the busiest hour's traffic: most at 14 h, least at 2 h UTC, never less than 55 %. */
    private static double busyness(Instant now) {
        double hour = now.atOffset(ZoneOffset.UTC).toLocalTime().toSecondOfDay() / 3600.0;
        return 0.775 + 0.225 * Math.cos((hour - 14) / 24 * 2 * Math.PI);
    }

    private Series series(String metric, String... labels) {
        var key = new ArrayList<>(List.of(Labels.METRIC, metric, "deployment", deployment));
        key.addAll(List.of(labels));
        return series.computeIfAbsent(List.copyOf(key), k -> {
            var made = new Series(Labels.of(k.toArray(String[]::new)));
            known.add(made);
            return made;
        });
    }

    /** One step of time. */
    private final class Moment {
        private final Random random;
        private final long timeMillis;
        private final double seconds;
        private final Set<Fault> faults;
        private final SampleBatch.Builder batch = SampleBatch.builder(64);

        private Moment(Random random, long timeMillis, double seconds, Set<Fault> faults) {
            this.random = random;
            this.timeMillis = timeMillis;
            this.seconds = seconds;
            this.faults = faults;
        }

        private boolean has(Fault fault) {
            return faults.contains(fault);
        }

        private void gauge(double value, String metric, String... labels) {
            batch.add(series(metric, labels), timeMillis, value);
        }

        private void count(double amount, String metric, String... labels) {
            var of = series(metric, labels);
            batch.add(of, timeMillis, counters.merge(of, amount, Double::sum));
        }

        /** How many of something that happens this often on average. */
        private double poisson(double mean) {
            if (mean > 50) {
                return Math.max(0, Math.rint(mean + Math.sqrt(mean) * random.nextGaussian()));
            }
            double limit = Math.exp(-mean);
            int count = -1;
            for (double product = 1; product > limit; product *= random.nextDouble()) {
                count++;
            }
            return Math.max(0, count);
        }

        /** A factor around 1 that never strays further than this share. */
        private double jitter(double share) {
            return 1 + share * Math.clamp(random.nextGaussian() / 2, -1, 1);
        }

        private void requests(double busyness) {
            for (var type : REQUESTS) {
                boolean stopped = has(Fault.TRAFFIC_STOP);
                double requests = stopped ? 0 : poisson(type.perSecond * busyness * seconds);
                double failing = has(Fault.ERROR_BURST) ? BURST_FAILING : type.failing;
                double errors = Math.min(requests, poisson(requests * failing));
                count(requests, "janus_requests_total", "type", type.name);
                count(errors, "janus_request_errors_total", "type", type.name);
                if (!stopped) {
                    latencies(type);
                }
            }
        }

        private void latencies(RequestType type) {
            boolean slow = has(Fault.LATENCY_SPIKE) && (type.equals(CHAT) || type.name.equals("agent_task"));
            double mood = jitter(0.12) * (random.nextInt(40) == 0 ? 1.3 : 1); // now and then a slow moment
            double stretch = slow ? 8.2 : has(Fault.MEMORY_STORE_DOWN) ? 1.1 : 1;
            for (var quantile : QUANTILES) {
                double normal = Math.min(CALM_SECONDS, type.latency(quantile.deviate) * mood);
                gauge(normal * stretch, "janus_request_latency_seconds", "type", type.name, "quantile", quantile.label);
            }
        }

        private void models(double busyness) {
            for (var model : MODELS) {
                double calls = has(Fault.TRAFFIC_STOP) ? 0 : poisson(CHAT.perSecond * model.calls * busyness * seconds);
                double input = Math.rint(calls * model.inputTokens * jitter(0.3));
                double output = Math.rint(calls * model.outputTokens * jitter(0.4));
                if (has(Fault.COST_RUNAWAY) && model.equals(LOOPING)) {
                    input += Math.rint(LOOP_INPUT_TOKENS_PER_SECOND * seconds * jitter(0.1));
                    output += Math.rint(LOOP_OUTPUT_TOKENS_PER_SECOND * seconds * jitter(0.1));
                }
                count(input, "janus_tokens_total", "model", model.name, "kind", "input");
                count(output, "janus_tokens_total", "model", model.name, "kind", "output");
                double cost = (input * model.inputPrice + output * model.outputPrice) / 1e6;
                count(cost, "janus_cost_usd_total", "model", model.name);
            }
        }

        private void agents(double busyness) {
            double mean = 0.6 * ACTIVATIONS_PER_TASK / AGENTS.size() * busyness * seconds;
            for (int i = 0; i < AGENTS.size(); i++) {
                boolean looping = has(Fault.COST_RUNAWAY) && i == 0;
                double activations = has(Fault.TRAFFIC_STOP) ? 0 : poisson(looping ? mean + 12 * seconds : mean);
                count(activations, "janus_agent_activations_total", "agent", AGENTS.get(i));
            }
        }

        private void stores() {
            double vector = has(Fault.VECTOR_STORE_SLOW) ? 4 : 0.038;
            gauge(vector * jitter(0.35), "janus_vector_store_latency_seconds", "store", "knowledge");
            gauge(0.027 * jitter(0.3), "janus_vector_store_latency_seconds", "store", "conversations");
            double graph = has(Fault.GRAPH_STORE_SLOW) ? 9 : 0.061;
            gauge(graph * jitter(0.4), "janus_graph_store_latency_seconds", "store", "relations");
            gauge(has(Fault.MEMORY_STORE_DOWN) ? 0 : 1, "janus_memory_store_up", "store", "memory");
        }

        private void sessions(double busyness) {
            double sessions = has(Fault.TRAFFIC_STOP) ? 0 : SESSIONS * busyness * jitter(0.06);
            gauge(Math.rint(sessions), "janus_active_sessions");
        }
    }
}
