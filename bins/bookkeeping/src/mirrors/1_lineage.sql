-- What: which object of the source each object of a mirror was made of, revision by revision.
-- Why: a renamed column of the source is renamed in the mirror, not dropped and added.
-- Locks: nothing that exists.

CREATE TABLE IF NOT EXISTS pgrefit.mirror (
    mirror   text NOT NULL,
    revision text NOT NULL,
    source   text NOT NULL,                -- server, database and schema
    lineage  jsonb NOT NULL,
    written  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (mirror, revision)
);
COMMENT ON TABLE pgrefit.mirror IS 'what each mirror was made of, by revision';

-- A load of rows that is under way: the tables, which were empty, and the statements that bring back
-- their keys and indexes. After a crash the next run empties them and brings everything back.
CREATE TABLE IF NOT EXISTS pgrefit.mirror_load (
    mirror text PRIMARY KEY,
    tables text[] NOT NULL,
    back   text[] NOT NULL,
    begun  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE pgrefit.mirror_load IS 'loads of mirrors that have not ended';
