-- What: enums, domains, composite and range types, and what is made of them.

-- pair: enum_created
-- loses: back
-- from
-- to
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (m mood NOT NULL DEFAULT 'ok');

-- pair: enum_label_appended
-- rows: from
-- from
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (m mood);
-- to
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE t (m mood);

-- pair: enum_labels_inserted
-- rows: from
-- from
CREATE TYPE mood AS ENUM ('b', 'd');
CREATE TABLE t (m mood);
-- to
CREATE TYPE mood AS ENUM ('a', 'b', 'c1', 'c2', 'd', 'e');
CREATE TABLE t (m mood);

-- pair: enum_label_added_and_used_at_once
-- rows: from
-- from
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (id int, m mood NOT NULL DEFAULT 'ok');
-- to
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE t (id int, m mood NOT NULL DEFAULT 'happy', CONSTRAINT not_sad CHECK (m <> 'sad' OR id > 0));
CREATE INDEX t_happy_idx ON t (id) WHERE m = 'happy';

-- pair: enum_label_removed_with_everything_on_it
-- from
CREATE TYPE mood AS ENUM ('sad', 'ok', 'unused');
CREATE TABLE t (id int, m mood NOT NULL DEFAULT 'ok', CHECK (m <> 'sad' OR id > 0));
CREATE UNIQUE INDEX one_sad ON t (id) WHERE m = 'sad';
CREATE VIEW v AS SELECT id, m FROM t WHERE m = 'ok';
CREATE FUNCTION f(mood) RETURNS mood LANGUAGE sql AS $$ SELECT $1 $$;
INSERT INTO t VALUES (1, 'sad'), (2, 'ok');
-- to
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (id int, m mood NOT NULL DEFAULT 'ok', CHECK (m <> 'sad' OR id > 0));
CREATE UNIQUE INDEX one_sad ON t (id) WHERE m = 'sad';
CREATE VIEW v AS SELECT id, m FROM t WHERE m = 'ok';
CREATE FUNCTION f(mood) RETURNS mood LANGUAGE sql AS $$ SELECT $1 $$;

-- pair: enum_labels_reordered
-- from
CREATE TYPE size AS ENUM ('small', 'big', 'medium');
CREATE TABLE t (id int, s size DEFAULT 'big');
CREATE INDEX t_s_idx ON t (s);
-- to
CREATE TYPE size AS ENUM ('small', 'medium', 'big');
CREATE TABLE t (id int, s size DEFAULT 'big');
CREATE INDEX t_s_idx ON t (s);

-- pair: enum_array_column
-- from
CREATE TYPE mood AS ENUM ('sad', 'ok', 'never');
CREATE TABLE t (id int, m mood[] DEFAULT '{ok}');
INSERT INTO t VALUES (1, '{sad,ok}');
-- to
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (id int, m mood[] DEFAULT '{ok}');

-- pair: enum_in_a_domain_and_a_composite
-- from
CREATE TYPE mood AS ENUM ('sad', 'ok', 'never');
CREATE DOMAIN good_mood AS mood CHECK (VALUE <> 'sad');
CREATE TYPE state AS (m mood, n int);
CREATE TABLE t (id int, d good_mood);
INSERT INTO t VALUES (1, 'ok');
-- to
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE DOMAIN good_mood AS mood CHECK (VALUE <> 'sad');
CREATE TYPE state AS (m mood, n int);
CREATE TABLE t (id int, d good_mood);

-- pair: enum_dropped_for_text
-- rows: from
-- from
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (id int, m mood DEFAULT 'ok');
-- to
CREATE TABLE t (id int, m text DEFAULT 'ok');

-- pair: enum_dressed
-- from
CREATE TYPE mood AS ENUM ('sad', 'ok', 'never');
COMMENT ON TYPE mood IS 'how it goes';
ALTER TYPE mood OWNER TO catalog_owner;
REVOKE USAGE ON TYPE mood FROM PUBLIC;
GRANT USAGE ON TYPE mood TO catalog_reader;
CREATE TABLE t (m mood);
INSERT INTO t VALUES ('ok');
-- to
CREATE TYPE mood AS ENUM ('ok', 'sad');
COMMENT ON TYPE mood IS 'how it goes';
ALTER TYPE mood OWNER TO catalog_owner;
REVOKE USAGE ON TYPE mood FROM PUBLIC;
GRANT USAGE ON TYPE mood TO catalog_reader;
CREATE TABLE t (m mood);

-- pair: enum_label_with_a_quote
-- from
CREATE TYPE mood AS ENUM ('so so');
-- to
CREATE TYPE mood AS ENUM ('it''s', 'so so', 'Größe ✓');

-- pair: enum_of_a_partition_key
-- loses: back
-- from
CREATE TYPE region AS ENUM ('north', 'south');
CREATE TABLE t (r region, n int) PARTITION BY LIST (r);
CREATE TABLE t_north PARTITION OF t FOR VALUES IN ('north');
-- to
CREATE TYPE region AS ENUM ('north', 'south', 'east');
CREATE TABLE t (r region, n int) PARTITION BY LIST (r);
CREATE TABLE t_north PARTITION OF t FOR VALUES IN ('north');
CREATE TABLE t_east PARTITION OF t FOR VALUES IN ('east', 'south');

-- pair: domain_created
-- from
-- to
CREATE DOMAIN email AS text NOT NULL DEFAULT 'a@b' CHECK (VALUE LIKE '%@%');

-- pair: domain_constraints
-- from
CREATE DOMAIN small AS int CONSTRAINT positive CHECK (VALUE > 0);
CREATE TABLE t (n small);
-- to
CREATE DOMAIN small AS int CONSTRAINT positive CHECK (VALUE >= 0) CONSTRAINT below CHECK (VALUE < 1000);
CREATE TABLE t (n small);

-- pair: domain_constraint_not_valid
-- from
CREATE DOMAIN small AS int;
CREATE TABLE t (n small);
-- to
CREATE DOMAIN small AS int;
ALTER DOMAIN small ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID;
CREATE TABLE t (n small);

-- pair: domain_default_and_not_null
-- from
CREATE DOMAIN small AS int;
CREATE TABLE t (n small);
-- to
CREATE DOMAIN small AS int NOT NULL DEFAULT 7;
CREATE TABLE t (n small);

-- pair: domain_of_another_type
-- from
CREATE DOMAIN code AS varchar(10);
CREATE TABLE t (id int, c code);
-- to
CREATE DOMAIN code AS text;
CREATE TABLE t (id int, c code);

-- pair: domain_over_a_domain
-- loses: back
-- from
CREATE DOMAIN a AS int;
-- to
CREATE DOMAIN a AS int CHECK (VALUE > 0);
CREATE DOMAIN b AS a CHECK (VALUE < 100);
CREATE TABLE t (n b[]);

-- pair: domain_check_calls_a_function
-- loses: back
-- from
CREATE TABLE t (id int);
-- to
CREATE FUNCTION is_even(int) RETURNS bool IMMUTABLE LANGUAGE sql AS $$ SELECT $1 % 2 = 0 $$;
CREATE DOMAIN even AS int CHECK (is_even(VALUE));
CREATE TABLE t (id int, n even);

-- pair: domain_collation_and_comment
-- from
CREATE DOMAIN name_text AS text;
-- to
CREATE DOMAIN name_text AS text COLLATE "C" CONSTRAINT filled CHECK (VALUE <> '');
COMMENT ON DOMAIN name_text IS 'a name';
COMMENT ON CONSTRAINT filled ON DOMAIN name_text IS 'not empty';

-- pair: composite_created
-- loses: back
-- from
-- to
CREATE TYPE address AS (street text, zip varchar(10), at point);
CREATE TABLE t (id int, home address);

-- pair: composite_attribute_added
-- from
CREATE TYPE address AS (street text);
-- to
CREATE TYPE address AS (street text, zip text COLLATE "C");

-- pair: composite_attribute_type
-- from
CREATE TYPE address AS (street text, n int);
-- to
CREATE TYPE address AS (street text, n bigint);

-- pair: composite_attribute_under_a_column
-- loses: back
-- from
CREATE TYPE address AS (street text, n int);
CREATE TABLE t (id int, home address);
-- to
CREATE TYPE address AS (street text, n int, city text);
CREATE TABLE t (id int, home address);

-- pair: composite_attribute_type_under_a_column
-- from
CREATE TYPE address AS (street text, n int);
CREATE TABLE t (id int, home address, many address[]);
INSERT INTO t VALUES (1, ('Elm', 5), NULL);
-- to
CREATE TYPE address AS (street text, n bigint);
CREATE TABLE t (id int, home address, many address[]);

-- pair: composite_in_functions
-- from
CREATE TYPE pair AS (a int, b int);
CREATE FUNCTION swap(pair) RETURNS pair LANGUAGE sql AS $$ SELECT ($1.b, $1.a)::pair $$;
-- to
CREATE TYPE pair AS (a int, b int, c int);
CREATE FUNCTION swap(pair) RETURNS pair LANGUAGE sql AS $$ SELECT ($1.b, $1.a, $1.c)::pair $$;

-- pair: composite_comments
-- from
CREATE TYPE pair AS (a int, b int);
-- to
CREATE TYPE pair AS (a int, b int);
COMMENT ON TYPE pair IS 'two numbers';
COMMENT ON COLUMN pair.a IS 'the first';

-- pair: range_created
-- loses: back
-- from
-- to
CREATE TYPE float_range AS RANGE (subtype = float8, subtype_diff = float8mi, multirange_type_name = float_ranges);
CREATE TABLE t (id int, r float_range, m float_ranges);

-- pair: range_with_functions
-- loses: back
-- from
CREATE TABLE t (id int);
-- to
CREATE FUNCTION time_diff(x time, y time) RETURNS float8 IMMUTABLE LANGUAGE sql AS $$ SELECT extract(epoch FROM x - y)::float8 $$;
CREATE TYPE time_range AS RANGE (subtype = time, subtype_diff = time_diff);
CREATE TABLE t (id int, r time_range);

-- pair: range_of_another_subtype
-- from
CREATE TYPE some_range AS RANGE (subtype = int8);
-- to
CREATE TYPE some_range AS RANGE (subtype = float8);
COMMENT ON TYPE some_range IS 'from, to';

-- pair: types_that_need_each_other
-- loses: back
-- from
-- to
CREATE TYPE a AS ENUM ('x');
CREATE DOMAIN b AS a;
CREATE TYPE c AS (one b, two a[]);
CREATE TABLE d (id int, v c);
CREATE TYPE e AS (row d, n int);
CREATE FUNCTION f(e) RETURNS SETOF d LANGUAGE sql AS $$ SELECT ($1."row").* $$;

-- pair: row_type_of_a_table_in_a_function
-- loses: back
-- from
CREATE TABLE t (a int);
CREATE FUNCTION f(t) RETURNS int LANGUAGE sql AS $$ SELECT $1.a $$;
-- to
CREATE TABLE t (a int, b int);
CREATE FUNCTION f(t) RETURNS int LANGUAGE sql AS $$ SELECT $1.a + $1.b $$;

-- pair: row_type_of_a_table_as_a_column
-- loses: back
-- from
CREATE TABLE item (a int, b text);
CREATE TABLE t (id int, i item);
-- to
CREATE TABLE item (a int, b text, c int);
CREATE TABLE t (id int, i item);
