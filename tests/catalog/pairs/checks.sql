-- What: check constraints, compared by what they mean to the server.

-- pair: check_added
-- from
CREATE TABLE t (id int, n int);
-- to
CREATE TABLE t (id int, n int CHECK (n > 0));

-- pair: check_of_the_table
-- from
CREATE TABLE t (a int, b int);
-- to
CREATE TABLE t (a int, b int, CONSTRAINT ordered CHECK (a <= b));

-- pair: check_changed_under_the_same_name
-- from
CREATE TABLE t (id int, n int CONSTRAINT n_check CHECK (n > 0));
-- to
CREATE TABLE t (id int, n int CONSTRAINT n_check CHECK (n >= 0 AND n < 1000));

-- pair: check_written_otherwise_is_the_same
-- loses: back
-- from
CREATE TABLE t (id int, s text CONSTRAINT known CHECK (s IN ('a', 'b', 'r1', 'r2', 'r3')), n int CONSTRAINT small CHECK (n BETWEEN 0 AND 9));
-- to
CREATE TABLE t (id int, s text CONSTRAINT known CHECK (s = ANY (ARRAY['a', 'b', 'r1', 'r2', 'r3'])), n int CONSTRAINT small CHECK ((n >= 0) AND (n <= 9)), o int);

-- pair: in_list_grows
-- from
CREATE TABLE t (id int, s text CONSTRAINT known CHECK (s IN ('new', 'paid')));
-- to
CREATE TABLE t (id int, s text CONSTRAINT known CHECK (s IN ('new', 'paid', 'gone')));

-- pair: in_list_of_varchar
-- loses: back
-- from
CREATE TABLE t (id int, s varchar(10) CONSTRAINT known CHECK (s IN ('new', 'paid')));
-- to
CREATE TABLE t (id int, s varchar(10) CONSTRAINT known CHECK (s IN ('new', 'paid', 'gone')), n int CONSTRAINT few CHECK (n IN (1, 2, 3)));

-- pair: not_in_list
-- loses: back
-- from
CREATE TABLE t (id int, s text);
-- to
CREATE TABLE t (id int, s text CONSTRAINT clean CHECK (s NOT IN ('', 'n/a') AND s !~ '^\s'), at timestamptz CONSTRAINT sane CHECK (at > '2000-01-01' AND isfinite(at)));

-- pair: check_like_and_case
-- rows: none
-- from
CREATE TABLE t (id int, s text);
-- to
CREATE TABLE t (id int, s text, CONSTRAINT odd CHECK (CASE WHEN id > 5 THEN s LIKE 'x%' ELSE s ILIKE '%' || id::text || '%' END));

-- pair: check_no_inherit
-- from
CREATE TABLE t (id int, n int CONSTRAINT n_check CHECK (n > 0));
-- to
CREATE TABLE t (id int, n int CONSTRAINT n_check CHECK (n > 0) NO INHERIT);

-- pair: check_not_valid
-- from
CREATE TABLE t (id int, n int);
-- to
CREATE TABLE t (id int, n int);
ALTER TABLE t ADD CONSTRAINT n_check CHECK (n > 0) NOT VALID;

-- pair: check_validated
-- from
CREATE TABLE t (id int, n int);
ALTER TABLE t ADD CONSTRAINT n_check CHECK (n > 0) NOT VALID;
-- to
CREATE TABLE t (id int, n int);
ALTER TABLE t ADD CONSTRAINT n_check CHECK (n > 0);

-- pair: check_calls_a_function
-- from
CREATE TABLE t (id int, code text);
-- to
CREATE FUNCTION is_code(text) RETURNS bool IMMUTABLE LANGUAGE sql AS $$ SELECT length($1) > 0 $$;
CREATE TABLE t (id int, code text CHECK (is_code(code)));

-- pair: check_function_changes_its_result
-- from
CREATE FUNCTION grade(int) RETURNS int IMMUTABLE LANGUAGE sql AS $$ SELECT $1 $$;
CREATE TABLE t (id int, n int CONSTRAINT graded CHECK (grade(n) > 0));
-- to
CREATE FUNCTION grade(int) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT $1::text $$;
CREATE TABLE t (id int, n int CONSTRAINT graded CHECK (grade(n) > '0'));

-- pair: check_over_the_whole_row
-- from
CREATE TABLE t (id int, n int);
-- to
CREATE TABLE t (id int, n int, CONSTRAINT whole CHECK (t.* IS NOT NULL));

-- pair: check_of_a_dropped_column
-- loses: forth
-- from
CREATE TABLE t (id int, a int, b int, CONSTRAINT ab CHECK (a < b OR id > 0));
-- to
CREATE TABLE t (id int, a int, CONSTRAINT ab CHECK (a < 100 OR id > 0));

-- pair: checks_exchange_names
-- from
CREATE TABLE t (id int, n int, CONSTRAINT one CHECK (n > 0), CONSTRAINT two CHECK (id > 0));
-- to
CREATE TABLE t (id int, n int, CONSTRAINT two CHECK (n > 0), CONSTRAINT one CHECK (id > 0));

-- pair: check_not_enforced
-- since: 18
-- from
CREATE TABLE t (id int, n int);
-- to
CREATE TABLE t (id int, n int, CONSTRAINT n_check CHECK (n > 0) NOT ENFORCED);

-- pair: not_null_with_a_name
-- since: 18
-- from
CREATE TABLE t (id int, n int);
-- to
CREATE TABLE t (id int, n int CONSTRAINT n_is_there NOT NULL);

-- pair: checks_on_parent_and_child
-- from
CREATE TABLE p (id int, n int CONSTRAINT pos CHECK (n > 0));
CREATE TABLE c (m int CONSTRAINT own CHECK (m > 0)) INHERITS (p);
-- to
CREATE TABLE p (id int, n int CONSTRAINT pos CHECK (n >= 0));
CREATE TABLE c (m int CONSTRAINT own CHECK (m >= 0)) INHERITS (p);
