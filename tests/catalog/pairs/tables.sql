-- What: tables themselves: options, persistence, kind, options that only ALTER sets.

-- pair: table_created
-- loses: back
-- from
-- to
CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL DEFAULT 'x');
CREATE INDEX t_name_idx ON t (name);
COMMENT ON TABLE t IS 'a table';

-- pair: table_without_columns
-- loses: back
-- from
-- to
CREATE TABLE nothing ();

-- pair: fillfactor
-- from
CREATE TABLE t (id int);
-- to
CREATE TABLE t (id int) WITH (fillfactor = 70);

-- pair: storage_options
-- from
CREATE TABLE t (id int, body text) WITH (fillfactor = 70, autovacuum_enabled = false);
-- to
CREATE TABLE t (id int, body text) WITH (autovacuum_vacuum_scale_factor = 0.01, toast_tuple_target = 4000, parallel_workers = 2);

-- pair: toast_options
-- from
CREATE TABLE t (id int, body text);
-- to
CREATE TABLE t (id int, body text) WITH (toast.autovacuum_enabled = false, toast.autovacuum_vacuum_threshold = 99);

-- pair: unlogged
-- from
CREATE TABLE t (id int PRIMARY KEY);
-- to
CREATE UNLOGGED TABLE t (id int PRIMARY KEY);

-- pair: replica_identity_full
-- from
CREATE TABLE t (id int PRIMARY KEY);
-- to
CREATE TABLE t (id int PRIMARY KEY);
ALTER TABLE t REPLICA IDENTITY FULL;

-- pair: replica_identity_nothing
-- from
CREATE TABLE t (id int PRIMARY KEY);
ALTER TABLE t REPLICA IDENTITY FULL;
-- to
CREATE TABLE t (id int PRIMARY KEY);
ALTER TABLE t REPLICA IDENTITY NOTHING;

-- pair: replica_identity_index
-- from
CREATE TABLE t (id int NOT NULL);
-- to
CREATE TABLE t (id int NOT NULL);
CREATE UNIQUE INDEX t_id_key ON t (id);
ALTER TABLE t REPLICA IDENTITY USING INDEX t_id_key;

-- pair: cluster_on
-- from
CREATE TABLE t (id int PRIMARY KEY, at date);
CREATE INDEX t_at_idx ON t (at);
ALTER TABLE t CLUSTER ON t_at_idx;
-- to
CREATE TABLE t (id int PRIMARY KEY, at date);
CREATE INDEX t_at_idx ON t (at);
ALTER TABLE t CLUSTER ON t_pkey;

-- pair: no_cluster
-- from
CREATE TABLE t (id int PRIMARY KEY);
ALTER TABLE t CLUSTER ON t_pkey;
-- to
CREATE TABLE t (id int PRIMARY KEY);

-- pair: row_security
-- from
CREATE TABLE t (id int);
-- to
CREATE TABLE t (id int);
ALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- pair: typed_table
-- loses: back
-- from
CREATE TYPE person AS (name text, born date);
-- to
CREATE TYPE person AS (name text, born date);
CREATE TABLE people OF person (name WITH OPTIONS PRIMARY KEY);

-- pair: twenty_tables_go
-- loses: forth
-- from
CREATE TABLE t01 (id int PRIMARY KEY); CREATE TABLE t02 (id int REFERENCES t01); CREATE TABLE t03 (id int REFERENCES t01);
CREATE TABLE t04 (id int PRIMARY KEY); CREATE TABLE t05 (id int REFERENCES t04); CREATE TABLE t06 (id int REFERENCES t04);
CREATE VIEW v1 AS SELECT t01.id FROM t01 JOIN t04 USING (id); CREATE VIEW v2 AS SELECT * FROM v1 JOIN t06 USING (id);
-- to
CREATE TABLE t04 (id int PRIMARY KEY);

-- pair: table_becomes_view
-- loses: forth
-- from
CREATE TABLE base (id int, name text);
CREATE TABLE t (id int, name text);
-- to
CREATE TABLE base (id int, name text);
CREATE VIEW t AS SELECT id, name FROM base;

-- pair: same_name_in_other_kind
-- loses: back
-- from
CREATE SEQUENCE thing;
-- to
CREATE TABLE thing (id int);

-- pair: table_of_another_persistence_with_keys
-- from
CREATE UNLOGGED TABLE a (id int PRIMARY KEY);
CREATE UNLOGGED TABLE b (id int REFERENCES a);
-- to
CREATE TABLE a (id int PRIMARY KEY);
CREATE TABLE b (id int REFERENCES a);

-- pair: comment_on_everything_of_a_table
-- from
CREATE TABLE t (id int CONSTRAINT t_pk PRIMARY KEY, n int CONSTRAINT positive CHECK (n > 0));
CREATE INDEX t_n_idx ON t (n);
-- to
CREATE TABLE t (id int CONSTRAINT t_pk PRIMARY KEY, n int CONSTRAINT positive CHECK (n > 0));
CREATE INDEX t_n_idx ON t (n);
COMMENT ON TABLE t IS 'it''s a table';
COMMENT ON COLUMN t.n IS E'two\nlines';
COMMENT ON CONSTRAINT positive ON t IS 'more than none';
COMMENT ON CONSTRAINT t_pk ON t IS 'the key';
COMMENT ON INDEX t_n_idx IS 'by number';

-- pair: comment_changed_and_removed
-- from
CREATE TABLE t (id int, n int);
COMMENT ON TABLE t IS 'old';
COMMENT ON COLUMN t.id IS 'the number';
-- to
CREATE TABLE t (id int, n int);
COMMENT ON TABLE t IS 'new $$ ''quoted'' \ backslash';
