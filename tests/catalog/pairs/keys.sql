-- What: primary keys, unique constraints, exclusion constraints.

-- pair: primary_key_added
-- from
CREATE TABLE t (id int, name text);
-- to
CREATE TABLE t (id int PRIMARY KEY, name text);

-- pair: primary_key_of_other_columns
-- from
CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL);
-- to
CREATE TABLE t (id int NOT NULL, name text PRIMARY KEY);

-- pair: primary_key_of_more_columns
-- from
CREATE TABLE t (id int PRIMARY KEY, part int NOT NULL);
-- to
CREATE TABLE t (id int, part int, PRIMARY KEY (id, part));

-- pair: primary_key_of_another_order
-- from
CREATE TABLE t (a int, b int, PRIMARY KEY (a, b));
-- to
CREATE TABLE t (a int, b int, PRIMARY KEY (b, a));

-- pair: primary_key_with_included_columns
-- from
CREATE TABLE t (id int PRIMARY KEY, name text);
-- to
CREATE TABLE t (id int, name text, PRIMARY KEY (id) INCLUDE (name));

-- pair: primary_key_under_foreign_keys_changes
-- from
CREATE TABLE t (id int PRIMARY KEY, code int NOT NULL UNIQUE);
CREATE TABLE a (t_id int REFERENCES t (id));
CREATE TABLE b (t_id int REFERENCES t (id) ON DELETE SET NULL);
-- to
CREATE TABLE t (id int NOT NULL UNIQUE, code int PRIMARY KEY);
CREATE TABLE a (t_id int REFERENCES t (id));
CREATE TABLE b (t_id int REFERENCES t (id) ON DELETE SET NULL);

-- pair: key_moves_between_tables
-- from
CREATE TABLE a (id int CONSTRAINT the_key PRIMARY KEY);
CREATE TABLE b (id int NOT NULL);
-- to
CREATE TABLE a (id int NOT NULL);
CREATE TABLE b (id int CONSTRAINT the_key PRIMARY KEY);

-- pair: keys_swap_names
-- from
CREATE TABLE t (a int NOT NULL CONSTRAINT first_key UNIQUE, b int NOT NULL CONSTRAINT second_key UNIQUE);
-- to
CREATE TABLE t (a int NOT NULL CONSTRAINT second_key UNIQUE, b int NOT NULL CONSTRAINT first_key UNIQUE);

-- pair: unique_index_moves_between_tables
-- from
CREATE TABLE a (id int);
CREATE TABLE b (id int);
CREATE UNIQUE INDEX the_index ON a (id);
-- to
CREATE TABLE a (id int);
CREATE TABLE b (id int);
CREATE UNIQUE INDEX the_index ON b (id);

-- pair: key_referenced_moves_to_another_table
-- from
CREATE TABLE a (id int CONSTRAINT ids PRIMARY KEY);
CREATE TABLE b (id int NOT NULL);
CREATE TABLE c (id int CONSTRAINT points REFERENCES a);
-- to
CREATE TABLE a (id int NOT NULL);
CREATE TABLE b (id int CONSTRAINT ids PRIMARY KEY);
CREATE TABLE c (id int CONSTRAINT points REFERENCES b);

-- pair: unique_added
-- from
CREATE TABLE t (id int, email text);
-- to
CREATE TABLE t (id int, email text UNIQUE);

-- pair: unique_of_several_named
-- from
CREATE TABLE t (id int, a text, b text);
-- to
CREATE TABLE t (id int, a text, b text, CONSTRAINT "a and b" UNIQUE (a, b));

-- pair: unique_deferrable
-- from
CREATE TABLE t (id int, place int UNIQUE);
-- to
CREATE TABLE t (id int, place int UNIQUE DEFERRABLE INITIALLY DEFERRED);

-- pair: unique_nulls_not_distinct
-- since: 15
-- from
CREATE TABLE t (id int, code text UNIQUE);
-- to
CREATE TABLE t (id int, code text UNIQUE NULLS NOT DISTINCT);

-- pair: unique_with_included_and_options
-- from
CREATE TABLE t (id int, code text, n int);
-- to
CREATE TABLE t (id int, code text, n int, UNIQUE (code) INCLUDE (n) WITH (fillfactor = 60));

-- pair: constraint_becomes_index
-- from
CREATE TABLE t (id int, code text, CONSTRAINT t_code_key UNIQUE (code));
-- to
CREATE TABLE t (id int, code text);
CREATE UNIQUE INDEX t_code_key ON t (code);

-- pair: unique_constraint_over_an_index
-- from
CREATE TABLE t (id int, code text NOT NULL);
-- to
CREATE TABLE t (id int, code text NOT NULL);
CREATE UNIQUE INDEX t_code ON t (code);
ALTER TABLE t ADD CONSTRAINT t_code UNIQUE USING INDEX t_code;

-- pair: primary_key_named_otherwise
-- from
CREATE TABLE t (id int CONSTRAINT t_pkey PRIMARY KEY, name text);
-- to
CREATE TABLE t (id int CONSTRAINT pk_t PRIMARY KEY, name text);

-- pair: primary_key_gone_but_not_null_stays
-- from
CREATE TABLE t (id int PRIMARY KEY, name text);
-- to
CREATE TABLE t (id int NOT NULL, name text);

-- pair: key_comments_and_replica_identity
-- rows: none
-- loses: back
-- from
CREATE TABLE t (id int CONSTRAINT t_pk PRIMARY KEY, n int NOT NULL CONSTRAINT t_n UNIQUE);
COMMENT ON CONSTRAINT t_n ON t IS 'numbers are unique';
ALTER TABLE t REPLICA IDENTITY USING INDEX t_n;
-- to
CREATE TABLE t (id int CONSTRAINT t_pk PRIMARY KEY, n int NOT NULL, m int NOT NULL, CONSTRAINT t_n UNIQUE (n, m));
COMMENT ON CONSTRAINT t_n ON t IS 'numbers are unique';
ALTER TABLE t REPLICA IDENTITY USING INDEX t_n;

-- pair: exclusion_of_ranges
-- from
CREATE TABLE booking (room int, during tsrange);
-- to
CREATE TABLE booking (room int, during tsrange, EXCLUDE USING gist (during WITH &&));

-- pair: exclusion_with_a_condition
-- from
CREATE TABLE booking (room int, during tsrange, off bool, CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&));
-- to
CREATE TABLE booking (room int, during tsrange, off bool, CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&) WHERE (NOT off) DEFERRABLE);

-- pair: exclusion_by_btree_gist
-- needs: btree_gist
-- from
CREATE TABLE booking (room int, during tsrange);
-- to
CREATE TABLE booking (room int, during tsrange, CONSTRAINT no_overlap EXCLUDE USING gist (room WITH =, during WITH &&));

-- pair: exclusion_with_an_expression
-- from
CREATE TABLE booking (a date, b date);
-- to
CREATE TABLE booking (a date, b date, EXCLUDE USING gist (daterange(a, b, '[]') WITH &&));

-- pair: temporal_key
-- rows: none
-- since: 18
-- needs: btree_gist
-- from
CREATE TABLE booking (room int, during daterange);
-- to
CREATE TABLE booking (room int, during daterange, PRIMARY KEY (room, during WITHOUT OVERLAPS));

-- pair: unique_on_the_columns_of_the_primary_key
-- loses: back
-- from
CREATE TABLE other (id int);
-- to
CREATE TABLE other (id int);
CREATE TABLE t (id int CONSTRAINT t_pkey PRIMARY KEY, a int, CONSTRAINT u1 UNIQUE (a));
ALTER TABLE t ADD CONSTRAINT t_once_more UNIQUE (id);
ALTER TABLE t ADD CONSTRAINT u2 UNIQUE (a);
