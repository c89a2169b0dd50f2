-- What: partitioned tables and inheritance.

-- pair: partitioned_table_created
-- loses: back
-- from
-- to
CREATE TABLE t (at date NOT NULL, n int, PRIMARY KEY (at, n)) PARTITION BY RANGE (at);
CREATE TABLE t_2020 PARTITION OF t FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE t_rest PARTITION OF t DEFAULT;

-- pair: partition_added
-- loses: back
-- from
CREATE TABLE t (at date, n int) PARTITION BY RANGE (at);
CREATE TABLE t_2020 PARTITION OF t FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
-- to
CREATE TABLE t (at date, n int) PARTITION BY RANGE (at);
CREATE TABLE t_2020 PARTITION OF t FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE t_2021 PARTITION OF t FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');

-- pair: list_partitions
-- loses: back
-- from
CREATE TABLE t (r text, n int) PARTITION BY LIST (r);
CREATE TABLE t_a PARTITION OF t FOR VALUES IN ('a');
-- to
CREATE TABLE t (r text, n int) PARTITION BY LIST (r);
CREATE TABLE t_a PARTITION OF t FOR VALUES IN ('a');
CREATE TABLE t_b PARTITION OF t FOR VALUES IN ('b', 'c', NULL);
CREATE TABLE t_rest PARTITION OF t DEFAULT;

-- pair: hash_partitions
-- loses: back
-- from
-- to
CREATE TABLE t (id int, n int) PARTITION BY HASH (id);
CREATE TABLE t_0 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE t_1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1);

-- pair: partition_by_several_and_expressions
-- loses: back
-- from
-- to
CREATE TABLE t (a int, b text, at timestamptz) PARTITION BY RANGE (a, lower(b), (a % 7));
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (MINVALUE, MINVALUE, MINVALUE) TO (10, 'm', 3);
CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (10, 'm', 3) TO (MAXVALUE, MAXVALUE, MAXVALUE);

-- pair: sub_partitions
-- loses: back
-- from
CREATE TABLE t (at date, r text) PARTITION BY RANGE (at);
-- to
CREATE TABLE t (at date, r text) PARTITION BY RANGE (at);
CREATE TABLE t_2020 PARTITION OF t FOR VALUES FROM ('2020-01-01') TO ('2021-01-01') PARTITION BY LIST (r);
CREATE TABLE t_2020_a PARTITION OF t_2020 FOR VALUES IN ('a');
CREATE TABLE t_2020_rest PARTITION OF t_2020 DEFAULT;

-- pair: partition_bounds
-- from
CREATE TABLE t (n int, s text) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
-- to
CREATE TABLE t (n int, s text) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (20);

-- pair: partition_detached
-- rows: from
-- from
CREATE TABLE t (n int, s text) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (10) TO (20);
-- to
CREATE TABLE t (n int, s text) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
CREATE TABLE t_2 (n int, s text);

-- pair: column_of_a_partitioned_table
-- loses: back
-- from
CREATE TABLE t (n int, s text) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
-- to
CREATE TABLE t (n int, s text, extra int NOT NULL DEFAULT 5) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);

-- pair: key_of_a_partitioned_table
-- from
CREATE TABLE t (n int, s text) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
-- to
CREATE TABLE t (n int PRIMARY KEY, s text) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);

-- pair: unique_of_a_partitioned_table
-- from
CREATE TABLE t (n int, s text, UNIQUE (n)) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
-- to
CREATE TABLE t (n int, s text, UNIQUE (n, s)) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);

-- pair: index_of_a_partitioned_table
-- from
CREATE TABLE t (n int, s text) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
-- to
CREATE TABLE t (n int, s text) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
CREATE INDEX t_s_idx ON t (s);

-- pair: index_of_a_partitioned_table_changes
-- from
CREATE TABLE t (n int, s text) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
CREATE INDEX t_s_idx ON t (s);
-- to
CREATE TABLE t (n int, s text) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
CREATE INDEX t_s_idx ON t (s, n);

-- pair: index_on_only_attached_child_by_child
-- from
CREATE TABLE t (n int, s text) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (10) TO (20);
-- to
CREATE TABLE t (n int, s text) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (10) TO (20);
CREATE INDEX t_s_idx ON ONLY t (s);
CREATE INDEX t_1_by_s ON t_1 (s);
CREATE INDEX t_2_by_s ON t_2 (s);
ALTER INDEX t_s_idx ATTACH PARTITION t_1_by_s;
ALTER INDEX t_s_idx ATTACH PARTITION t_2_by_s;

-- pair: index_on_only_not_yet_whole
-- from
CREATE TABLE t (n int, s text) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (10) TO (20);
-- to
CREATE TABLE t (n int, s text) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (10) TO (20);
CREATE INDEX t_s_idx ON ONLY t (s);
CREATE INDEX t_1_by_s ON t_1 (s);
ALTER INDEX t_s_idx ATTACH PARTITION t_1_by_s;

-- pair: key_on_only_attached_child_by_child
-- from
CREATE TABLE t (n int NOT NULL, s text) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
-- to
CREATE TABLE t (n int NOT NULL, s text) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
ALTER TABLE ONLY t ADD CONSTRAINT t_n_key UNIQUE (n);
ALTER TABLE t_1 ADD CONSTRAINT t_1_own_key UNIQUE (n);
ALTER INDEX t_n_key ATTACH PARTITION t_1_own_key;

-- pair: partition_with_an_index_of_its_own
-- from
CREATE TABLE t (n int, s text) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
CREATE INDEX t_n_idx ON t (n);
-- to
CREATE TABLE t (n int, s text) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
CREATE INDEX t_n_idx ON t (n);
CREATE INDEX t_1_s_idx ON t_1 (s);

-- pair: partition_with_columns_in_another_order
-- loses: back
-- from
CREATE TABLE t (n int, s text) PARTITION BY RANGE (n);
-- to
CREATE TABLE t (n int, s text) PARTITION BY RANGE (n);
CREATE TABLE t_1 (s text, n int);
ALTER TABLE t ATTACH PARTITION t_1 FOR VALUES FROM (0) TO (10);

-- pair: partition_with_a_default_of_its_own
-- from
CREATE TABLE t (n int, s text DEFAULT 'x') PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
-- to
CREATE TABLE t (n int, s text DEFAULT 'x') PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t (s DEFAULT 'y' NOT NULL, CONSTRAINT own CHECK (n < 8)) FOR VALUES FROM (0) TO (10);

-- pair: partition_options_and_comment
-- from
CREATE TABLE t (n int, s text) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
-- to
CREATE TABLE t (n int, s text) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10) WITH (fillfactor = 50);
COMMENT ON TABLE t_1 IS 'the first ten';
GRANT SELECT ON t_1 TO catalog_reader;

-- pair: plain_table_becomes_partitioned
-- loses: both
-- from
CREATE TABLE t (n int, s text);
-- to
CREATE TABLE t (n int, s text) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);

-- pair: partition_strategy_changes
-- from
CREATE TABLE t (n int, s text) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
-- to
CREATE TABLE t (n int, s text) PARTITION BY LIST (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES IN (1, 2, 3);

-- pair: partitioned_table_with_everything
-- loses: back
-- from
CREATE TABLE p (id int PRIMARY KEY);
-- to
CREATE TABLE p (id int PRIMARY KEY);
CREATE FUNCTION tick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TABLE t (n int NOT NULL, p_id int REFERENCES p, s text DEFAULT 'x', CONSTRAINT pos CHECK (n >= 0), PRIMARY KEY (n)) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (10) TO (20) PARTITION BY RANGE (n);
CREATE TABLE t_2_1 PARTITION OF t_2 FOR VALUES FROM (10) TO (15);
CREATE INDEX t_s_idx ON t (s) WHERE s <> '';
CREATE TRIGGER tick BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tick();
CREATE STATISTICS t_stat ON n, s FROM t;
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON t USING (n > 0);
COMMENT ON TABLE t IS 'all of it';
GRANT SELECT ON t TO catalog_reader;

-- pair: type_under_keys_of_a_partitioned_table
-- from
CREATE TABLE t (n int, s varchar(5), PRIMARY KEY (n, s)) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
CREATE INDEX t_s_idx ON t (s);
CREATE VIEW v AS SELECT s FROM t;
-- to
CREATE TABLE t (n int, s text, PRIMARY KEY (n, s)) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
CREATE INDEX t_s_idx ON t (s);
CREATE VIEW v AS SELECT s FROM t;

-- pair: partition_identity
-- since: 17
-- from
CREATE TABLE t (id bigint, n int) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
-- to
CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY, n int) PARTITION BY RANGE (n);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);

-- pair: child_created
-- loses: back
-- from
CREATE TABLE p (id int, name text NOT NULL);
-- to
CREATE TABLE p (id int, name text NOT NULL);
CREATE TABLE c (extra int) INHERITS (p);

-- pair: child_of_two
-- falls short: forth: ALTER TABLE … INHERIT leaves the columns local, and no statement makes them inherited alone
-- from
CREATE TABLE a (id int, n int);
CREATE TABLE b (id int, m int);
CREATE TABLE c (own text) INHERITS (a);
-- to
CREATE TABLE a (id int, n int);
CREATE TABLE b (id int, m int);
CREATE TABLE c (own text) INHERITS (a, b);

-- pair: child_leaves
-- falls short: back: ALTER TABLE … INHERIT leaves the columns local, and no statement makes them inherited alone
-- from
CREATE TABLE p (id int, name text);
CREATE TABLE c (extra int) INHERITS (p);
-- to
CREATE TABLE p (id int, name text);
CREATE TABLE c (id int, name text, extra int);

-- pair: column_of_a_parent
-- loses: back
-- from
CREATE TABLE p (id int);
CREATE TABLE c (extra int) INHERITS (p);
-- to
CREATE TABLE p (id int, name text NOT NULL DEFAULT 'x');
CREATE TABLE c (extra int) INHERITS (p);

-- pair: column_of_parent_and_child
-- loses: back
-- from
CREATE TABLE p (id int);
CREATE TABLE c (id int, extra int) INHERITS (p);
-- to
CREATE TABLE p (id int, extra int);
CREATE TABLE c (id int DEFAULT 4, extra int) INHERITS (p);

-- pair: child_with_a_default_of_its_own
-- from
CREATE TABLE p (id int, n int DEFAULT 1);
CREATE TABLE c () INHERITS (p);
-- to
CREATE TABLE p (id int, n int DEFAULT 1);
CREATE TABLE c () INHERITS (p);
ALTER TABLE c ALTER n SET DEFAULT 2, ALTER n SET NOT NULL;

-- pair: grandchildren
-- loses: back
-- from
CREATE TABLE p (id int);
CREATE TABLE c (a int) INHERITS (p);
CREATE TABLE g (b int) INHERITS (c);
-- to
CREATE TABLE p (id bigint, n int CONSTRAINT pos CHECK (n > 0));
CREATE TABLE c (a int) INHERITS (p);
CREATE TABLE g (b int) INHERITS (c);

-- pair: type_of_a_range_key
-- loses: back
-- from
CREATE TABLE other (id int PRIMARY KEY);
CREATE TABLE t (at date NOT NULL, n int REFERENCES other, PRIMARY KEY (at, n)) PARTITION BY RANGE (at);
CREATE TABLE t_2020 PARTITION OF t FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE t_rest PARTITION OF t DEFAULT;
CREATE INDEX t_n ON t (n);
CREATE VIEW v AS SELECT at, n FROM t;
COMMENT ON COLUMN t.at IS 'when';
GRANT SELECT ON t TO catalog_reader;
-- to
CREATE TABLE other (id int PRIMARY KEY);
CREATE TABLE t (at timestamp NOT NULL, n int REFERENCES other, PRIMARY KEY (at, n)) PARTITION BY RANGE (at);
CREATE TABLE t_2020 PARTITION OF t FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE t_rest PARTITION OF t DEFAULT;
CREATE INDEX t_n ON t (n);
CREATE VIEW v AS SELECT at, n FROM t;
COMMENT ON COLUMN t.at IS 'when';
GRANT SELECT ON t TO catalog_reader;

-- pair: type_of_a_list_key_and_of_its_neighbours
-- loses: both
-- from
CREATE TABLE t (r varchar(10), n int, gone int) PARTITION BY LIST (r);
CREATE TABLE t_a PARTITION OF t FOR VALUES IN ('a');
CREATE TABLE t_rest PARTITION OF t DEFAULT;
-- to
CREATE TABLE t (r text, n bigint, more int DEFAULT 3) PARTITION BY LIST (r);
CREATE TABLE t_a PARTITION OF t FOR VALUES IN ('a');
CREATE TABLE t_rest PARTITION OF t DEFAULT;

-- pair: type_of_the_key_of_sub_partitions
-- from
CREATE TABLE t (at int, r int, n int) PARTITION BY RANGE (at);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10) PARTITION BY LIST (r);
CREATE TABLE t_1_a PARTITION OF t_1 FOR VALUES IN (1);
CREATE TABLE t_1_rest PARTITION OF t_1 DEFAULT;
CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (10) TO (20);
-- to
CREATE TABLE t (at int, r bigint, n int) PARTITION BY RANGE (at);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10) PARTITION BY LIST (r);
CREATE TABLE t_1_a PARTITION OF t_1 FOR VALUES IN (1);
CREATE TABLE t_1_rest PARTITION OF t_1 DEFAULT;
CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (10) TO (20);

-- pair: types_of_the_keys_of_two_levels
-- from
CREATE TABLE t (at int, r int, n int, PRIMARY KEY (at, r)) PARTITION BY RANGE (at);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10) PARTITION BY LIST (r);
CREATE TABLE t_1_a PARTITION OF t_1 FOR VALUES IN (1);
CREATE TABLE t_1_rest PARTITION OF t_1 DEFAULT;
CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (10) TO (20);
CREATE INDEX t_n ON t (n);
-- to
CREATE TABLE t (at bigint, r bigint, n int, PRIMARY KEY (at, r)) PARTITION BY RANGE (at);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10) PARTITION BY LIST (r);
CREATE TABLE t_1_a PARTITION OF t_1 FOR VALUES IN (1);
CREATE TABLE t_1_rest PARTITION OF t_1 DEFAULT;
CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (10) TO (20);
CREATE INDEX t_n ON t (n);

-- pair: type_and_bounds_at_once
-- rows: none
-- loses: back
-- from
CREATE TABLE t (a int, n int) PARTITION BY RANGE (a);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
-- to
CREATE TABLE t (a int, n bigint, more text) PARTITION BY RANGE (a);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (20);

-- pair: enum_of_a_partition_key_made_anew
-- from
CREATE TYPE e AS ENUM ('a', 'b', 'c');
CREATE TABLE t (r e, n e) PARTITION BY LIST (r);
CREATE TABLE t_a PARTITION OF t FOR VALUES IN ('a');
CREATE TABLE t_rest PARTITION OF t DEFAULT;
-- to
CREATE TYPE e AS ENUM ('c', 'b', 'a');
CREATE TABLE t (r e, n e) PARTITION BY LIST (r);
CREATE TABLE t_a PARTITION OF t FOR VALUES IN ('a');
CREATE TABLE t_rest PARTITION OF t DEFAULT;

-- pair: enum_of_a_partition_made_anew
-- from
CREATE TYPE e AS ENUM ('a', 'b', 'c');
CREATE TABLE t (r int, n e DEFAULT 'a') PARTITION BY LIST (r);
CREATE TABLE t_a PARTITION OF t FOR VALUES IN (1);
CREATE TABLE t_rest PARTITION OF t DEFAULT;
-- to
CREATE TYPE e AS ENUM ('c', 'b', 'a');
CREATE TABLE t (r int, n e DEFAULT 'a') PARTITION BY LIST (r);
CREATE TABLE t_a PARTITION OF t FOR VALUES IN (1);
CREATE TABLE t_rest PARTITION OF t DEFAULT;

-- pair: two_indexes_over_the_same_column
-- from
CREATE TABLE t (a int, n int) PARTITION BY RANGE (a);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
CREATE INDEX second ON t (n);
-- to
CREATE TABLE t (a int, n int) PARTITION BY RANGE (a);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
CREATE INDEX first ON t (n);
CREATE INDEX second ON t (n);

-- pair: enum_of_an_heir_made_anew
-- from
CREATE TYPE e AS ENUM ('a', 'b', 'c');
CREATE TABLE p (r int, n e DEFAULT 'a');
CREATE TABLE c (own e) INHERITS (p);
-- to
CREATE TYPE e AS ENUM ('c', 'b', 'a');
CREATE TABLE p (r int, n e DEFAULT 'a');
CREATE TABLE c (own e) INHERITS (p);
