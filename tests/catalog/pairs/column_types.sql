-- What: a column's type changes, and what stands on it stays.

-- pair: int_to_bigint
-- from
CREATE TABLE t (id int PRIMARY KEY, n int);
-- to
CREATE TABLE t (id bigint PRIMARY KEY, n int);

-- pair: int_to_text
-- rows: from
-- from
CREATE TABLE t (id int, n int);
-- to
CREATE TABLE t (id int, n text);

-- pair: varchar_wider
-- from
CREATE TABLE t (id int, name varchar(20));
-- to
CREATE TABLE t (id int, name varchar(50));

-- pair: varchar_to_text
-- from
CREATE TABLE t (id int, name varchar(20) NOT NULL DEFAULT 'x');
-- to
CREATE TABLE t (id int, name text NOT NULL DEFAULT 'x');

-- pair: numeric_scale
-- loses: back
-- from
CREATE TABLE t (id int, price numeric(10, 2));
-- to
CREATE TABLE t (id int, price numeric(12, 4));

-- pair: text_to_int
-- from
CREATE TABLE t (id int, n text);
INSERT INTO t VALUES (1, '12'), (2, '-7');
-- to
CREATE TABLE t (id int, n int);

-- pair: text_to_date
-- from
CREATE TABLE t (id int, d text);
INSERT INTO t VALUES (1, '2020-02-29');
-- to
CREATE TABLE t (id int, d date);

-- pair: timestamp_to_timestamptz
-- loses: back
-- from
CREATE TABLE t (id int, at timestamp);
-- to
CREATE TABLE t (id int, at timestamptz);

-- pair: json_to_jsonb
-- from
CREATE TABLE t (id int, doc json);
-- to
CREATE TABLE t (id int, doc jsonb);

-- pair: text_to_uuid
-- from
CREATE TABLE t (id int, key text);
INSERT INTO t VALUES (1, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11');
-- to
CREATE TABLE t (id int, key uuid);

-- pair: bool_to_text
-- rows: from
-- from
CREATE TABLE t (id int, active bool DEFAULT true);
-- to
CREATE TABLE t (id int, active text DEFAULT 'true');

-- pair: text_to_enum
-- from
CREATE TYPE mood AS ENUM ('ok', 'sad');
CREATE TABLE t (id int, m text DEFAULT 'ok');
INSERT INTO t VALUES (1, 'ok'), (2, 'sad');
-- to
CREATE TYPE mood AS ENUM ('ok', 'sad');
CREATE TABLE t (id int, m mood DEFAULT 'ok');

-- pair: text_to_domain
-- from
CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
CREATE TABLE t (id int, e text);
INSERT INTO t VALUES (1, 'a@b');
-- to
CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
CREATE TABLE t (id int, e email);

-- pair: scalar_to_array
-- loses: back
-- from
CREATE TABLE t (id int, n int);
-- to
CREATE TABLE t (id int, n bigint, many int[]);

-- pair: array_element_type
-- from
CREATE TABLE t (id int, many int[]);
-- to
CREATE TABLE t (id int, many bigint[]);

-- pair: type_under_an_index
-- from
CREATE TABLE t (id int PRIMARY KEY, n int);
CREATE INDEX t_n_idx ON t (n) WHERE n > 0;
CREATE UNIQUE INDEX t_n_id_idx ON t (n, id);
CREATE INDEX t_double_idx ON t ((n * 2));
-- to
CREATE TABLE t (id int PRIMARY KEY, n bigint);
CREATE INDEX t_n_idx ON t (n) WHERE n > 0;
CREATE UNIQUE INDEX t_n_id_idx ON t (n, id);
CREATE INDEX t_double_idx ON t ((n * 2));

-- pair: type_under_a_check
-- from
CREATE TABLE t (id int, n int CHECK (n > 0), CONSTRAINT both_small CHECK (n < 100 AND id < 100));
-- to
CREATE TABLE t (id int, n bigint CHECK (n > 0), CONSTRAINT both_small CHECK (n < 100 AND id < 100));

-- pair: text_type_under_a_check
-- from
CREATE TABLE t (id int, s varchar(10), CONSTRAINT known CHECK (s IN ('a', 'b')));
-- to
CREATE TABLE t (id int, s text, CONSTRAINT known CHECK (s IN ('a', 'b')));

-- pair: type_under_a_generated_column
-- from
CREATE TABLE t (a int, b int, total int GENERATED ALWAYS AS (a + b) STORED);
-- to
CREATE TABLE t (a int, b bigint, total bigint GENERATED ALWAYS AS (a + b) STORED);

-- pair: type_of_both_ends_of_a_foreign_key
-- from
CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE child (id int PRIMARY KEY, parent_id int REFERENCES parent);
-- to
CREATE TABLE parent (id bigint PRIMARY KEY);
CREATE TABLE child (id bigint PRIMARY KEY, parent_id bigint REFERENCES parent);

-- pair: type_of_one_end_of_a_foreign_key
-- from
CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE child (id int, parent_id int REFERENCES parent ON DELETE CASCADE);
-- to
CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE child (id int, parent_id bigint REFERENCES parent ON DELETE CASCADE);

-- pair: type_that_breaks_a_foreign_key
-- rows: from
-- from
CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE child (id int, parent_id int REFERENCES parent);
-- to
CREATE TABLE parent (id text PRIMARY KEY);
CREATE TABLE child (id int, parent_id text REFERENCES parent);

-- pair: type_under_a_policy
-- from
CREATE TABLE t (id int, tenant int);
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON t USING (tenant = 1);
-- to
CREATE TABLE t (id int, tenant bigint);
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON t USING (tenant = 1);

-- pair: type_under_a_policy_of_another_table
-- from
CREATE TABLE members (org int, name text);
CREATE TABLE t (id int, org int);
CREATE POLICY own ON t USING (org IN (SELECT org FROM members));
-- to
CREATE TABLE members (org bigint, name text);
CREATE TABLE t (id int, org int);
CREATE POLICY own ON t USING (org IN (SELECT org FROM members));

-- pair: type_under_a_trigger
-- from
CREATE TABLE t (id int, n int);
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER note BEFORE UPDATE OF n ON t FOR EACH ROW WHEN (OLD.n IS DISTINCT FROM NEW.n) EXECUTE FUNCTION noted();
-- to
CREATE TABLE t (id int, n bigint);
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER note BEFORE UPDATE OF n ON t FOR EACH ROW WHEN (OLD.n IS DISTINCT FROM NEW.n) EXECUTE FUNCTION noted();

-- pair: type_under_a_rule
-- from
CREATE TABLE t (id int, n int);
CREATE TABLE log (n bigint);
CREATE RULE keep AS ON INSERT TO t DO ALSO INSERT INTO log VALUES (NEW.n);
-- to
CREATE TABLE t (id int, n bigint);
CREATE TABLE log (n bigint);
CREATE RULE keep AS ON INSERT TO t DO ALSO INSERT INTO log VALUES (NEW.n);

-- pair: type_under_extended_statistics
-- from
CREATE TABLE t (a int, b int);
CREATE STATISTICS t_ab ON a, b FROM t;
CREATE STATISTICS t_sum ON (a + b), (a - b) FROM t;
-- to
CREATE TABLE t (a bigint, b int);
CREATE STATISTICS t_ab ON a, b FROM t;
CREATE STATISTICS t_sum ON (a + b), (a - b) FROM t;

-- pair: type_under_a_sql_body
-- from
CREATE TABLE t (id int, n int);
CREATE FUNCTION total() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT sum(n) FROM t; END;
-- to
CREATE TABLE t (id int, n smallint);
CREATE FUNCTION total() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT sum(n) FROM t; END;

-- pair: type_of_a_partition_key_column_of_no_key
-- from
CREATE TABLE t (at date, n int) PARTITION BY RANGE (at);
CREATE TABLE t_2020 PARTITION OF t FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
-- to
CREATE TABLE t (at date, n bigint) PARTITION BY RANGE (at);
CREATE TABLE t_2020 PARTITION OF t FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');

-- pair: type_of_an_inherited_column
-- from
CREATE TABLE p (id int, n int);
CREATE TABLE c (extra text) INHERITS (p);
-- to
CREATE TABLE p (id int, n bigint);
CREATE TABLE c (extra text) INHERITS (p);

-- pair: default_does_not_cast
-- from
CREATE TABLE t (id int, n text DEFAULT '5');
INSERT INTO t VALUES (1, '4');
-- to
CREATE TABLE t (id int, n int DEFAULT 5);

-- pair: type_and_not_null_and_default_at_once
-- from
CREATE TABLE t (id int, n int);
-- to
CREATE TABLE t (id int, n bigint NOT NULL DEFAULT 9);

-- pair: type_of_a_serial
-- from
CREATE TABLE t (id serial PRIMARY KEY, name text);
-- to
CREATE TABLE t (id bigserial PRIMARY KEY, name text);

-- pair: type_and_collation
-- from
CREATE TABLE t (id int, name varchar(10) COLLATE "C");
-- to
CREATE TABLE t (id int, name text COLLATE "POSIX");

-- pair: type_of_a_unique_column_with_a_foreign_key_to_it
-- from
CREATE TABLE a (code varchar(5) UNIQUE, n int);
CREATE TABLE b (code varchar(5) REFERENCES a (code));
-- to
CREATE TABLE a (code text UNIQUE, n int);
CREATE TABLE b (code text REFERENCES a (code));

-- pair: type_under_column_grants_and_comment
-- from
CREATE TABLE t (id int, n int);
COMMENT ON COLUMN t.n IS 'how many';
GRANT SELECT (n), UPDATE (n) ON t TO catalog_reader;
-- to
CREATE TABLE t (id int, n bigint);
COMMENT ON COLUMN t.n IS 'how many';
GRANT SELECT (n), UPDATE (n) ON t TO catalog_reader;

-- pair: type_under_cluster_and_replica_identity
-- from
CREATE TABLE t (id int NOT NULL, n int NOT NULL);
CREATE UNIQUE INDEX t_n_key ON t (n);
ALTER TABLE t REPLICA IDENTITY USING INDEX t_n_key;
ALTER TABLE t CLUSTER ON t_n_key;
-- to
CREATE TABLE t (id int NOT NULL, n bigint NOT NULL);
CREATE UNIQUE INDEX t_n_key ON t (n);
ALTER TABLE t REPLICA IDENTITY USING INDEX t_n_key;
ALTER TABLE t CLUSTER ON t_n_key;
