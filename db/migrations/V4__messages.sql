-- Channels, and messages on their way with every attempt.

CREATE TABLE channel (
    name text PRIMARY KEY,
    type text NOT NULL,
    settings text NOT NULL, -- JSON object, without secrets
    secrets bytea, -- JSON object, sealed with the key that lies beside the data, never in the database
    level integer NOT NULL,
    at_least text NOT NULL CHECK (at_least IN ('low', 'medium', 'high', 'critical')),
    enabled boolean NOT NULL
);

CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL UNIQUE,
    channel text NOT NULL,
    alert_id text,
    kind text NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    facts json NOT NULL, -- not jsonb: their order is for people
    link text NOT NULL,
    reason text NOT NULL,
    created_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL, -- while it is being sent: when the lease ends
    attempt integer NOT NULL DEFAULT 0, -- the latest that was given to a dispatcher
    taken_by text, -- the server to whose dispatcher it was given
    outcome text CHECK (outcome IN ('DELIVERED', 'FAILED', 'DROPPED')), -- null while on its way
    provider_id text
);
CREATE INDEX outbox_waiting ON outbox (id) WHERE outcome IS NULL;
CREATE INDEX outbox_alert ON outbox (alert_id, channel, id);

CREATE TABLE outbox_attempt (
    message_id bigint NOT NULL REFERENCES outbox ON DELETE CASCADE,
    number integer NOT NULL,
    at timestamptz NOT NULL,
    detail text NOT NULL,
    PRIMARY KEY (message_id, number)
);
