-- What: where a later run puts the entries of the books and the keys that it read.
-- Locks: nothing that exists.
CREATE UNLOGGED TABLE pgrefit.stage_quarantine (LIKE pgrefit.quarantine) WITH (autovacuum_enabled = off);
CREATE UNLOGGED TABLE pgrefit.stage_lineage (LIKE pgrefit.lineage) WITH (autovacuum_enabled = off);
CREATE UNLOGGED TABLE pgrefit.stage_keys (source text NOT NULL, key text NOT NULL) WITH (autovacuum_enabled = off);
