-- What: a load of rows that is under way: the tables, which were empty, and the statements that
-- bring back their keys and indexes.
-- Why: after a crash the next run empties them and brings everything back.
-- Locks: nothing that exists.
CREATE SCHEMA IF NOT EXISTS pgrefit;
CREATE TABLE IF NOT EXISTS pgrefit.mirror_load (
    mirror text PRIMARY KEY,
    tables text[] NOT NULL,
    back   text[] NOT NULL,
    begun  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE pgrefit.mirror_load IS 'loads of mirrors that have not ended';
