-- Alerts, every step of their lives, and the steps that processes have not taken yet.

CREATE TYPE severity AS ENUM ('low', 'medium', 'high', 'critical');
CREATE TYPE alert_status AS ENUM ('pending', 'firing', 'acknowledged', 'resolved');

CREATE TABLE alert (
    id text PRIMARY KEY,
    fingerprint bigint NOT NULL,
    rule text NOT NULL,
    rule_version integer NOT NULL,
    labels jsonb NOT NULL,
    severity severity NOT NULL,
    status alert_status NOT NULL,
    revision integer NOT NULL,
    started_at timestamptz NOT NULL,
    fired_at timestamptz,
    changed_at timestamptz NOT NULL,
    acknowledged_by text,
    summary text NOT NULL,
    runbook text,
    heal text,
    evidence jsonb NOT NULL
);
CREATE INDEX alert_open ON alert (severity DESC, changed_at DESC) WHERE status <> 'resolved';
CREATE INDEX alert_changed ON alert (changed_at);
CREATE INDEX alert_rule ON alert (rule, changed_at);

CREATE TABLE alert_transition (
    alert_id text NOT NULL REFERENCES alert ON DELETE CASCADE,
    revision integer NOT NULL,
    from_status alert_status,
    status alert_status NOT NULL,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    reason text NOT NULL,
    rule_version integer NOT NULL,
    severity severity NOT NULL,
    fired_at timestamptz,
    changed_at timestamptz NOT NULL,
    acknowledged_by text,
    summary text NOT NULL,
    runbook text,
    heal text,
    evidence jsonb NOT NULL,
    PRIMARY KEY (alert_id, revision)
);

-- Steps on their way to the processes. A row is deleted in the transaction that hands it over.
CREATE TABLE handover (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id text NOT NULL,
    revision integer NOT NULL,
    due_at timestamptz NOT NULL,
    failures integer NOT NULL DEFAULT 0,
    last_failure text,
    FOREIGN KEY (alert_id, revision) REFERENCES alert_transition ON DELETE CASCADE
);
CREATE UNIQUE INDEX handover_step ON handover (alert_id, revision);
