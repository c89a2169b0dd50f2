-- The journal of a restore, in the scratch database; removed before that takes its place.
BEGIN;
CREATE SCHEMA pgrefit_restoring;
CREATE TABLE pgrefit_restoring.done (
    what text PRIMARY KEY,
    -- Of a chunk: its table, and the rows that were sent with the sum of their hashes.
    of regclass,
    rows bigint,
    hash numeric,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- A crash empties unlogged tables; see forget_unlogged.sql.
CREATE TABLE pgrefit_restoring.server (started timestamptz NOT NULL);
INSERT INTO pgrefit_restoring.server SELECT pg_postmaster_start_time();
COMMIT;
