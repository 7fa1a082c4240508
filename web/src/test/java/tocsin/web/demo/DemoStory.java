package tocsin.web.demo;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tocsin.alert.AlertId;
import tocsin.alert.Status;
import tocsin.notify.Channel;
import tocsin.notify.Message;
import tocsin.notify.Outbox;
import tocsin.rule.RuleId;
import tocsin.rule.Severity;
import tocsin.rule.StoredRule;
import tocsin.workflow.Workflows;

/** A bad morning of the Janus deployment, as far as it has come. */
public final class DemoStory {
    private static final Duration HOLD = Duration.ofMinutes(5);

    private final DemoSeries series;
    private final DemoAlerts alerts;
    private final DemoRules rules;
    private final DemoNotify notify;
    private final DemoWorkflows workflows;
    private final DemoIncidents incidents;
    private final DemoAccess access;
    private final InstantSource clock;
    private AlertId latency = new AlertId("0000000000000000-0");
    private AlertId memory = new AlertId("0000000000000000-0");

    DemoStory(
            DemoSeries series,
            DemoAlerts alerts,
            DemoRules rules,
            DemoNotify notify,
            DemoWorkflows workflows,
            DemoIncidents incidents,
            DemoAccess access,
            InstantSource clock) {
        this.series = series;
        this.alerts = alerts;
        this.rules = rules;
        this.notify = notify;
        this.workflows = workflows;
        this.incidents = incidents;
        this.access = access;
        this.clock = clock;
    }

    /** The alert that everything has happened to. */
    public AlertId latency() {
        return latency;
    }

    /** A critical alert that nobody has taken. */
    public AlertId memory() {
        return memory;
    }

    /** One more alert fires, as if a sample had just come in. */
    public AlertId another() {
        return alerts.begin(
                new DemoAlerts.Sketch(
                        "janus.agents-failing",
                        Severity.HIGH,
                        series.named("janus_agent_success_ratio", "agent", "scheduler"),
                        "avg(\"5m\")",
                        0.9,
                        0.71,
                        "Agent scheduler succeeds in 71 % only",
                        null),
                0,
                Duration.ofNanos(1).negated());
    }

    void tell() {
        writeRules();
        addChannels();
        var opus = series.named("janus_request_p99_seconds", "model", "opus");
        latency = alerts.begin(
                new DemoAlerts.Sketch(
                        "janus.latency-p99",
                        Severity.HIGH,
                        opus,
                        "avg(\"5m\")",
                        2.8,
                        4.52,
                        "Requests to opus take 4.5 s at the 99th percentile",
                        "https://runbooks.example.com/janus/latency"),
                38,
                HOLD);
        memory = alerts.begin(
                new DemoAlerts.Sketch(
                        "janus.store-down",
                        Severity.CRITICAL,
                        series.named("janus_store_down", "store", "memory"),
                        "value",
                        0,
                        1,
                        "The memory store does not answer: agents forget what they were told",
                        "docs/runbooks/stores.md"),
                6,
                Duration.ofMinutes(1));
        var cpu = alerts.begin(
                new DemoAlerts.Sketch(
                        "host.cpu-saturated",
                        Severity.MEDIUM,
                        series.named("host_cpu_utilization", "instance", "janus-3"),
                        "avg(\"5m\")",
                        0.85,
                        0.93,
                        "CPU of janus-3 is 93 %",
                        null),
                95,
                HOLD);
        alerts.step(cpu, Status.ACKNOWLEDGED, "robin", "Batch job, will move it tonight", ago(80));
        alerts.begin(
                new DemoAlerts.Sketch(
                        "janus.store-slow",
                        Severity.LOW,
                        series.named("janus_store_latency_seconds", "store", "graph"),
                        "quantile(\"10m\", 0.99)",
                        0.15,
                        0.194,
                        "Graph store answers in 194 ms at the 99th percentile",
                        null),
                52,
                HOLD);
        alerts.begin(
                new DemoAlerts.Sketch(
                        "janus.cost-runaway",
                        Severity.HIGH,
                        series.named("janus_cost_dollars_total", "model", "opus"),
                        "rate(\"15m\")",
                        0.02,
                        0.0221,
                        "opus costs 1.33 $ a minute",
                        null),
                3,
                HOLD);
        ended();
        carryOut();
        recordAudit();
    }

    private void ended() {
        for (String host : List.of("janus-1", "janus-2")) {
            var disk = alerts.begin(
                    new DemoAlerts.Sketch(
                            "host.disk-nearly-full",
                            Severity.MEDIUM,
                            series.named("host_disk_used_ratio", "instance", host),
                            "value",
                            0.85,
                            0.88,
                            "Disk /data of " + host + " is 88 % full",
                            null),
                    300,
                    HOLD);
            alerts.step(disk, Status.RESOLVED, "rule", "The condition has been gone for 5 min", ago(210));
        }
    }

    private void writeRules() {
        write(
                "janus.latency-p99",
                "high",
                "janus_request_p99_seconds",
                "avg(\"5m\") > 2.5",
                "Requests to {{model}} take {{value | duration}} at the 99th percentile",
                "label[\"env\"] == \"prod\", ");
        write(
                "janus.store-down",
                "critical",
                "janus_store_down",
                "value > 0",
                "The {{store}} store does not answer: agents forget what they were told",
                "");
        write(
                "janus.store-slow",
                "low",
                "janus_store_latency_seconds",
                "quantile(\"10m\", 0.99) > 0.15",
                "{{store}} store answers in {{value | duration}}",
                "");
        write(
                "janus.cost-runaway",
                "high",
                "janus_cost_dollars_total",
                "rate(\"15m\") > 0.02",
                "{{model}} costs too much",
                "");
        write(
                "janus.agents-failing",
                "high",
                "janus_agent_success_ratio",
                "avg(\"5m\") < 0.9",
                "Agent {{agent}} succeeds in {{value | percent}} only",
                "");
        write(
                "host.cpu-saturated",
                "medium",
                "host_cpu_utilization",
                "avg(\"5m\") > 0.85",
                "CPU of {{instance}} is {{value | percent}}",
                "");
        write(
                "host.disk-nearly-full",
                "medium",
                "host_disk_used_ratio",
                "value > 0.85",
                "Disk {{mount}} of {{instance}} is {{value | percent}} full",
                "");
        write(
                "billing.invoices-stuck",
                "high",
                "billing_invoices_pending",
                "min(\"30m\") > 0",
                "{{value}} invoices have been waiting for half an hour",
                "");
        write(
                "tocsin.detection-behind",
                "medium",
                "tocsin_detection_lag_seconds",
                "min(\"1m\") > 30",
                "Rules are {{value | duration}} behind",
                "");
        for (int limit : List.of(3, 4)) {
            var id = new RuleId("janus.latency-p99");
            String source = rules.versions(id)
                    .getFirst()
                    .source()
                    .replaceAll("> [0-9.]+\\)", "> " + (limit == 3 ? "2.8)" : "3)"));
            if (limit == 4) {
                source = source.replace("@severity(high)", "@severity(high)\n    @keepFiring(\"2m\")");
            }
            boolean live = limit == 3;
            rules.save(
                    id,
                    StoredRule.Form.DRL,
                    source,
                    live ? "mara" : "robin",
                    live ? "Agreed with the gateway team" : "Fewer pages at night");
            if (live) {
                rules.publish(id, limit, "mara");
            }
        }
        rules.hold("janus.latency-p99", 1);
        rules.hold("janus.store-down", 1);
        rules.hold("host.cpu-saturated", 1);
        rules.hold("janus.store-slow", 1);
        rules.park("tocsin.detection-behind", "One evaluation took longer than 200 ms, three times in a row");
    }

    private void write(String name, String severity, String metric, String condition, String summary, String label) {
        String source =
                """
                // Written with the people who are woken by it.
                rule "%s"
                    @severity(%s)
                    @for("5m")
                    @summary("%s")
                    @runbook("docs/runbooks/%s.md")
                when
                    $s : Series(metric == "%s", %s%s)
                then
                    raise($s);
                end
                """.formatted(name, severity, summary, name.substring(name.indexOf('.') + 1), metric, label, condition);
        var id = new RuleId(name);
        rules.save(
                id,
                StoredRule.Form.DRL,
                source.replaceAll("> ([0-9.]+)\\)", "> 1$1)"),
                "pack",
                "Imported from the pack");
        int version = rules.save(id, StoredRule.Form.DRL, source, "pack", "Imported from the pack")
                .version();
        rules.publish(id, version, "pack");
    }

    private void addChannels() {
        notify.save(
                new Channel(
                        "slack-oncall", "slack", Map.of("url", "https://hooks.example.com/x"), 1, Severity.LOW, true),
                "admin");
        notify.save(
                new Channel(
                        "robin-phone",
                        "sms",
                        Map.of("to", "+49 151 0000000", "authToken", "x"),
                        2,
                        Severity.HIGH,
                        true),
                "admin");
        notify.save(
                new Channel("leads-mail", "email", Map.of("to", "leads@example.com"), 3, Severity.CRITICAL, true),
                "admin");
        notify.save(
                new Channel(
                        "restart-hook",
                        "webhook",
                        Map.of("url", "https://janus.example.com/restart", "secret", "x"),
                        0,
                        Severity.LOW,
                        false),
                "admin");
    }

    private void carryOut() {
        send(
                latency,
                "slack-oncall",
                Message.Kind.FIRING,
                ago(33),
                Outbox.Outcome.DELIVERED,
                "1763837201.119",
                List.of(new Outbox.Attempt(1, ago(33).plusMillis(180), "200 OK")));
        send(
                latency,
                "robin-phone",
                Message.Kind.ESCALATED,
                ago(23),
                Outbox.Outcome.DELIVERED,
                "SM41f0c2",
                List.of(
                        new Outbox.Attempt(1, ago(23).plusMillis(240), "429 Too Many Requests, Retry-After 30 s"),
                        new Outbox.Attempt(2, ago(22).plusSeconds(31), "201 Created, queued")));
        send(
                memory,
                "slack-oncall",
                Message.Kind.FIRING,
                ago(5),
                Outbox.Outcome.DELIVERED,
                "1763838881.004",
                List.of(new Outbox.Attempt(1, ago(5).plusMillis(150), "200 OK")));
        send(
                memory,
                "robin-phone",
                Message.Kind.ESCALATED,
                ago(2),
                null,
                "",
                List.of(new Outbox.Attempt(1, ago(2).plusMillis(900), "503 Service Unavailable")));
        send(
                memory,
                "restart-hook",
                Message.Kind.HEAL,
                ago(4),
                Outbox.Outcome.FAILED,
                "",
                List.of(new Outbox.Attempt(1, ago(4).plusMillis(300), "404 Not Found: refused for good")));
        incidents.open(latency, "Requests to opus are slow", Severity.HIGH, ago(32));
        incidents.close(latency, ago(1));
        incidents.open(memory, "The memory store does not answer", Severity.CRITICAL, ago(5));
        workflows.add(new Workflows.Run(
                "2501",
                "escalation",
                2,
                latency,
                ago(33),
                null,
                List.of("patience"),
                List.of(
                        new Workflows.Step("fired", "Alert fires", ago(33), ago(33)),
                        new Workflows.Step("telling", "Until somebody answers", ago(33), null),
                        new Workflows.Step(
                                "tell", "Tell the next level", ago(33).plusMillis(20), ago(33).plusMillis(60)),
                        new Workflows.Step("patience", "Patience is over", ago(33).plusMillis(60), null)),
                clock.instant().plusSeconds(260)));
        workflows.add(new Workflows.Run(
                "2688",
                "escalation",
                2,
                memory,
                ago(5),
                null,
                List.of("patience"),
                List.of(
                        new Workflows.Step("fired", "Alert fires", ago(5), ago(5)),
                        new Workflows.Step("tell", "Tell the next level", ago(5).plusMillis(20), ago(5).plusMillis(60)),
                        new Workflows.Step("patience", "Patience is over", ago(5).plusMillis(60), null)),
                clock.instant().plusSeconds(55)));
    }

    private void send(
            AlertId about,
            String channel,
            Message.Kind kind,
            Instant at,
            Outbox.Outcome outcome,
            String id,
            List<Outbox.Attempt> attempts) {
        var alert = alerts.find(about).orElseThrow();
        var facts = new LinkedHashMap<String, String>();
        facts.put("severity", alert.severity().label());
        facts.put("rule", alert.rule().value());
        var message = new Message(
                about + "-" + channel + "-" + kind,
                channel,
                about,
                kind,
                alert.summary(),
                "",
                facts,
                "http://localhost:8080/alerts/" + about,
                "Escalation, level " + (kind == Message.Kind.FIRING ? 1 : 2),
                at);
        notify.sent(message, outcome, id, attempts);
    }

    private void recordAudit() {
        access.record(ago(300), "admin", "channel.save", "slack-oncall", "type slack, step 1");
        access.record(ago(240), "mara", "rule.publish", "janus.latency-p99", "version 3, Agreed with the gateway team");
        access.record(ago(80), "robin", "alert.acknowledge", "host.cpu-saturated", "Batch job, will move it tonight");
        access.record(
                ago(20), "admin", "channel.test", "robin-phone", "Not now: 429 Too Many Requests, try again in 30 s");
    }

    private Instant ago(long minutes) {
        return clock.instant().minus(Duration.ofMinutes(minutes));
    }
}
