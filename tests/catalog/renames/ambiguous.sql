-- What: more than one thing could have become another; nothing is guessed, and both are named.

-- pair: table_that_became_one_of_two
-- from
CREATE TABLE members (id int PRIMARY KEY, name text);
-- to
CREATE TABLE people (id int PRIMARY KEY, name text);
CREATE TABLE persons (id int PRIMARY KEY, name text);

-- pair: two_tables_of_which_one_stayed
-- from
CREATE TABLE people (id int PRIMARY KEY, name text);
CREATE TABLE persons (id int PRIMARY KEY, name text);
-- to
CREATE TABLE members (id int PRIMARY KEY, name text);

-- pair: two_tables_became_two
-- from
CREATE TABLE a_old (id int, name text);
CREATE TABLE b_old (id int, name text);
-- to
CREATE TABLE a_new (id int, name text);
CREATE TABLE b_new (id int, name text);

-- pair: column_that_became_one_of_two
-- from
CREATE TABLE t (id int, name text);
-- to
CREATE TABLE t (id int, first text, last text);

-- pair: two_columns_of_which_one_stayed
-- from
CREATE TABLE t (id int, first text, last text);
-- to
CREATE TABLE t (id int, name text);

-- pair: two_columns_became_two
-- from
CREATE TABLE t (id int, a text NOT NULL, b text NOT NULL);
-- to
CREATE TABLE t (id int, c text NOT NULL, d text NOT NULL);

-- pair: labels_that_became_others
-- from
CREATE TYPE state AS ENUM ('a', 'b', 'z');
CREATE TABLE t (s state);
-- to
CREATE TYPE state AS ENUM ('x', 'y', 'z');
CREATE TABLE t (s state);

-- pair: sequence_that_became_one_of_two
-- from
CREATE SEQUENCE numbers START 7;
-- to
CREATE SEQUENCE numbers_a START 7;
CREATE SEQUENCE numbers_b START 7;

-- pair: partitioned_table_that_became_one_of_two
-- from
CREATE TABLE log (at date, n int) PARTITION BY RANGE (at);
CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
-- to
CREATE TABLE entries (at date, n int) PARTITION BY RANGE (at);
CREATE TABLE entries_1 PARTITION OF entries FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE events (at date, n int) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');

-- pair: column_under_a_view_that_became_one_of_two
-- from
CREATE TABLE t (id int, name text DEFAULT 'x');
CREATE VIEW v AS SELECT id FROM t;
-- to
CREATE TABLE t (id int, title text DEFAULT 'x', label text DEFAULT 'x');
CREATE VIEW v AS SELECT id FROM t;

-- pair: two_caches_of_which_one_stayed
-- from
CREATE TABLE t (id int, name text);
CREATE UNLOGGED TABLE cache_a (id int, body text) WITH (fillfactor = 50);
CREATE UNLOGGED TABLE cache_b (id int, body text) WITH (fillfactor = 50);
-- to
CREATE TABLE t (id int, name text);
CREATE UNLOGGED TABLE cache (id int, body text) WITH (fillfactor = 50);
