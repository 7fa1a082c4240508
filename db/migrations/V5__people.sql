-- Incidents, who may do what, and who did what.

CREATE TABLE incident (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id text NOT NULL UNIQUE,
    title text NOT NULL,
    severity severity NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz
);

CREATE TABLE account (
    name text PRIMARY KEY,
    password_hash text NOT NULL,
    role text NOT NULL CHECK (role IN ('VIEWER', 'RESPONDER', 'AUTHOR', 'ADMIN')),
    enabled boolean NOT NULL
);

CREATE TABLE api_token (
    id text PRIMARY KEY,
    name text NOT NULL,
    hash text NOT NULL UNIQUE, -- SHA-256 of the key, which is kept nowhere
    scopes text NOT NULL, -- names, separated by commas
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    last_used_at timestamptz
);

CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    detail text NOT NULL
);
