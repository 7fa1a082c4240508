-- Rules: immutable versions, of which at most one per rule is live.

CREATE TABLE rule (
    id text PRIMARY KEY
);

CREATE TABLE rule_version (
    rule_id text NOT NULL REFERENCES rule,
    version integer NOT NULL CHECK (version >= 1),
    form text NOT NULL,
    state text NOT NULL CHECK (state IN ('DRAFT', 'LIVE', 'RETIRED')),
    source text NOT NULL,
    author text NOT NULL,
    reason text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (rule_id, version)
);
CREATE UNIQUE INDEX rule_version_live ON rule_version (rule_id) WHERE state = 'LIVE';
