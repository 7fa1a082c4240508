-- Samples: one row per series and flush (a block), not one per sample: 30 times less CPU and a sixth of the disk,
-- on every edition. See docs/architecture.md.

-- What sample_block was made as: 'hypertable' with the TimescaleDB extension, else 'partitions' (native, by day).
-- It is recorded because it cannot be changed later.
CREATE TABLE storage_layout (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    layout text NOT NULL CHECK (layout IN ('hypertable', 'partitions')),
    timescaledb text,
    made_at timestamptz NOT NULL DEFAULT now()
);

-- How far each consumer of the log has come, in the same transaction as what it stored.
-- flushes numbers the transactions of the consumer, so that the newest write can be told.
CREATE TABLE log_position (
    consumer text PRIMARY KEY,
    position bigint NOT NULL,
    flushes bigint NOT NULL DEFAULT 0
);

CREATE TABLE series (
    id bigint PRIMARY KEY, -- fingerprint of all labels, the metric's name included
    metric text NOT NULL,
    labels jsonb NOT NULL, -- without the metric's name
    first_seen timestamptz NOT NULL,
    last_seen timestamptz NOT NULL -- to within an hour
);
CREATE INDEX series_metric ON series (metric);
CREATE INDEX series_labels ON series USING gin (labels jsonb_path_ops);

DO $$
DECLARE
    version text := (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb');
    columns text := $columns$
        series_id bigint NOT NULL,
        start timestamptz NOT NULL,      -- of the first sample; a block never spans two hours of the clock
        until timestamptz NOT NULL,      -- of the last sample
        count integer NOT NULL,          -- of samples that are numbers; the aggregates are over these
        min double precision,
        max double precision,
        sum double precision NOT NULL,
        last double precision,
        written bigint NOT NULL,         -- number of the flush; where blocks overlap, the greatest wins
        at integer[] NOT NULL,           -- milliseconds after start, ascending
        value double precision[] NOT NULL
    $columns$;
BEGIN
    IF version IS NOT NULL THEN
        EXECUTE 'CREATE TABLE sample_block (' || columns || ')';
        PERFORM create_hypertable('sample_block', by_range('start', INTERVAL '1 day'), create_default_indexes => false);
        INSERT INTO storage_layout (layout, timescaledb) VALUES ('hypertable', version);
    ELSE
        EXECUTE 'CREATE TABLE sample_block (' || columns || ') PARTITION BY RANGE (start)';
        INSERT INTO storage_layout (layout) VALUES ('partitions');
    END IF;
    BEGIN
        ALTER TABLE sample_block ALTER COLUMN at SET COMPRESSION lz4;
        ALTER TABLE sample_block ALTER COLUMN value SET COMPRESSION lz4;
    EXCEPTION WHEN feature_not_supported OR invalid_parameter_value THEN
        NULL; -- a server that was built without lz4 keeps its default
    END;
END
$$;
CREATE INDEX sample_block_series ON sample_block (series_id, start);

-- Which flush touched which hour, until roll-ups are made of it.
CREATE TABLE rollup_due (
    hour timestamptz NOT NULL,
    flush bigint NOT NULL
);
CREATE INDEX rollup_due_hour ON rollup_due (hour);

CREATE TABLE sample_hour (
    series_id bigint NOT NULL,
    at timestamptz NOT NULL,
    count bigint NOT NULL,
    min double precision,
    max double precision,
    sum double precision NOT NULL,
    last double precision,
    PRIMARY KEY (series_id, at)
);
CREATE INDEX sample_hour_at ON sample_hour USING brin (at);

CREATE TABLE sample_day (
    series_id bigint NOT NULL,
    at timestamptz NOT NULL,
    count bigint NOT NULL,
    min double precision,
    max double precision,
    sum double precision NOT NULL,
    last double precision,
    PRIMARY KEY (series_id, at)
);
CREATE INDEX sample_day_at ON sample_day USING brin (at);

-- Whether a value is the NaN by which Prometheus says that a series has ended.
CREATE FUNCTION is_staleness_marker(value double precision) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN value = 'NaN'::double precision AND float8send(value) = '\x7ff0000000000002'::bytea;

-- The samples of one series in [from_time, to_time), oldest first.
CREATE FUNCTION sample_range(series bigint, from_time timestamptz, to_time timestamptz)
    RETURNS TABLE (at timestamptz, value double precision)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
AS $$
    SELECT newest.at, newest.value
    FROM (
        SELECT DISTINCT ON (moment.at) moment.at, point.value
        FROM sample_block block,
            unnest(block.at, block.value) AS point(ms, value),
            LATERAL (SELECT block.start + point.ms * INTERVAL '1 millisecond' AS at) moment
        WHERE block.series_id = series
            AND block.start > from_time - INTERVAL '1 hour' AND block.start < to_time AND block.until >= from_time
            AND moment.at >= from_time AND moment.at < to_time
        ORDER BY moment.at, block.written DESC
    ) newest
    WHERE NOT is_staleness_marker(newest.value)
    ORDER BY newest.at
$$;

-- Every sample, for people. For one series and a span of time, sample_range reads less.
CREATE VIEW sample AS
    SELECT newest.series_id, series.metric, series.labels, newest.at, newest.value
    FROM (
        SELECT DISTINCT ON (block.series_id, moment.at) block.series_id, moment.at, point.value
        FROM sample_block block,
            unnest(block.at, block.value) AS point(ms, value),
            LATERAL (SELECT block.start + point.ms * INTERVAL '1 millisecond' AS at) moment
        ORDER BY block.series_id, moment.at, block.written DESC
    ) newest
    JOIN series ON series.id = newest.series_id
    WHERE NOT is_staleness_marker(newest.value);
