-- What: renames that a definition alone does not tell: more than the name changes, or two things are alike.

-- pair: columns_exchange_names
-- from
CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL, b text NOT NULL);
CREATE INDEX t_a_idx ON t (a);
INSERT INTO t VALUES (1, 'x', 'y');
-- to
CREATE TABLE t (
    id int PRIMARY KEY,
    -- @rename from: b
    a  text NOT NULL,
    b  text NOT NULL -- @rename from: a
);
CREATE INDEX t_a_idx ON t (b);

-- pair: table_that_became_one_of_two_alike
-- loses: back
-- from
CREATE TABLE members (id int PRIMARY KEY, name text);
-- to
-- @rename from: none
CREATE TABLE guests (id int PRIMARY KEY, name text);
-- @rename from: members
CREATE TABLE people (id int PRIMARY KEY, name text);

-- pair: table_and_column_and_type
-- from
CREATE TABLE members (id int PRIMARY KEY, name varchar(50) DEFAULT 'x', fax text);
CREATE VIEW v AS SELECT id FROM members;
-- to
-- @rename from: members
CREATE TABLE people (
    id    int PRIMARY KEY,
    title text DEFAULT 'y', -- @rename from: name
    fax   text
);
CREATE VIEW v AS SELECT id FROM people;

-- pair: column_and_not_null
-- from
CREATE TABLE t (id int, name text);
-- to
CREATE TABLE t (id int, title text NOT NULL /* as it always was */ -- @rename from: name
);

-- pair: two_columns_alike
-- from
CREATE TABLE t (id int, first text, last text);
-- to
CREATE TABLE t (
    id       int,
    forename text, -- @rename from: first
    surname  text  -- @rename from: last
);

-- pair: two_labels
-- from
CREATE TYPE state AS ENUM ('fresh', 'paid', 'gone');
CREATE TABLE t (id int, s state NOT NULL DEFAULT 'paid');
CREATE INDEX t_paid_idx ON t (id) WHERE s = 'paid';
-- to
CREATE TYPE state AS ENUM (
    'fresh',
    'settled', -- @rename from: paid
    'left'     -- @rename from: gone
);
CREATE TABLE t (id int, s state NOT NULL DEFAULT 'settled');
CREATE INDEX t_paid_idx ON t (id) WHERE s = 'settled';

-- pair: constraint_and_its_columns
-- from
CREATE TABLE t (id int, a int, b int, CONSTRAINT old_name CHECK (a < b OR a > 0));
-- to
CREATE TABLE t (
    id int, a int, b int,
    -- @rename from: old_name
    CONSTRAINT new_name CHECK (a < b OR a > -5)
);

-- pair: view_and_its_body
-- from
CREATE TABLE t (id int, n int);
CREATE VIEW old_view AS SELECT id FROM t;
GRANT SELECT ON old_view TO catalog_reader;
-- to
CREATE TABLE t (id int, n int);
-- @rename from: old_view
CREATE VIEW new_view AS SELECT id FROM t WHERE n > 0;
GRANT SELECT ON new_view TO catalog_reader;

-- pair: function_and_its_body
-- from
CREATE FUNCTION old_one(int) RETURNS int IMMUTABLE LANGUAGE sql AS $$ SELECT $1 $$;
CREATE TABLE t (id int, CONSTRAINT c CHECK (old_one(id) > 0));
-- to
-- @rename from: old_one
CREATE FUNCTION new_one(int) RETURNS int IMMUTABLE LANGUAGE sql AS $$ SELECT $1 + 1 $$;
CREATE TABLE t (id int, CONSTRAINT c CHECK (new_one(id) > 0));

-- pair: sequence_of_two_alike
-- from
CREATE SEQUENCE a START 5;
-- to
-- @rename from: a
CREATE SEQUENCE b START 5;
CREATE SEQUENCE c START 5; -- @rename from: none

-- pair: moved_to_another_schema
-- both
CREATE SCHEMA elsewhere;
-- from
CREATE TABLE t (id int PRIMARY KEY, n int);
CREATE INDEX t_n_idx ON t (n);
-- to
-- @rename from: moved_to_another_schema.t
CREATE TABLE elsewhere.t (id int PRIMARY KEY, n int);
CREATE INDEX t_n_idx ON elsewhere.t (n);
