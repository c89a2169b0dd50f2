-- What: which object of the source each object of a mirror was made of, revision by revision.
-- Why: a renamed column of the source is renamed in the mirror, not dropped and added.
-- Locks: nothing that exists.
CREATE SCHEMA IF NOT EXISTS pgrefit;
CREATE TABLE IF NOT EXISTS pgrefit.mirror (
    mirror   text NOT NULL,
    revision text NOT NULL,
    source   text NOT NULL,                -- server, database and schema
    lineage  jsonb NOT NULL,
    written  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (mirror, revision)
);
COMMENT ON TABLE pgrefit.mirror IS 'what each mirror was made of, by revision';
