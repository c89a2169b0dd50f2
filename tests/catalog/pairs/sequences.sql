-- What: sequences and whose they are.

-- pair: sequence_created
-- from
-- to
CREATE SEQUENCE s;

-- pair: sequence_with_options
-- from
CREATE SEQUENCE s;
-- to
CREATE SEQUENCE s AS integer INCREMENT 2 MINVALUE 10 MAXVALUE 1000 START 20 CACHE 5 CYCLE;

-- pair: sequence_counts_down
-- from
CREATE SEQUENCE s START 5;
-- to
CREATE SEQUENCE s INCREMENT -1 MINVALUE -100 MAXVALUE -1 START -1;

-- pair: sequence_type
-- from
CREATE SEQUENCE s AS smallint;
-- to
CREATE SEQUENCE s AS bigint;

-- pair: sequence_owned
-- from
CREATE TABLE t (id int);
CREATE SEQUENCE s;
-- to
CREATE TABLE t (id int);
CREATE SEQUENCE s OWNED BY t.id;

-- pair: sequence_owned_by_another_column
-- from
CREATE TABLE t (a int, b int);
CREATE SEQUENCE s OWNED BY t.a;
-- to
CREATE TABLE t (a int, b int);
CREATE SEQUENCE s OWNED BY t.b;

-- pair: sequence_outlives_its_column
-- loses: forth
-- from
CREATE TABLE t (id int, old int);
CREATE SEQUENCE s OWNED BY t.old;
ALTER TABLE t ALTER old SET DEFAULT nextval('s');
-- to
CREATE TABLE t (id int);
CREATE SEQUENCE s;

-- pair: sequence_behind_a_default
-- from
CREATE TABLE t (id int);
-- to
CREATE SEQUENCE numbers START 1000;
CREATE TABLE t (id int DEFAULT nextval('numbers'));

-- pair: sequence_shared_by_two_tables
-- from
CREATE TABLE a (id int); CREATE TABLE b (id int);
-- to
CREATE SEQUENCE numbers;
CREATE TABLE a (id int NOT NULL DEFAULT nextval('numbers'));
CREATE TABLE b (id int NOT NULL DEFAULT nextval('numbers'));

-- pair: sequence_unlogged
-- since: 15
-- from
CREATE SEQUENCE s;
-- to
CREATE UNLOGGED SEQUENCE s;

-- pair: sequence_dressed
-- from
CREATE SEQUENCE s;
-- to
CREATE SEQUENCE s CACHE 7;
COMMENT ON SEQUENCE s IS 'numbers';
GRANT USAGE ON SEQUENCE s TO catalog_reader;
ALTER SEQUENCE s OWNER TO catalog_owner;

-- pair: sequence_dropped_under_a_default
-- from
CREATE SEQUENCE s;
CREATE TABLE t (id int DEFAULT nextval('s'), n int);
-- to
CREATE TABLE t (id int, n int);
