-- What: functions, procedures, aggregates, operators, casts.

-- pair: function_created
-- from
-- to
CREATE FUNCTION add(a int, b int DEFAULT 1) RETURNS int LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT a + b $$;

-- pair: function_body
-- from
CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;
-- to
CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $body$ BEGIN
    -- it's $$ not easy
    RETURN 2;
END $body$;

-- pair: function_properties
-- from
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
-- to
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql STABLE STRICT SECURITY DEFINER LEAKPROOF PARALLEL RESTRICTED COST 50 SET search_path = pg_catalog SET work_mem = '8MB' AS $$ SELECT 1 $$;

-- pair: function_result
-- from
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
-- to
CREATE FUNCTION f(int) RETURNS text LANGUAGE sql AS $$ SELECT 'x' $$;

-- pair: function_argument_names
-- from
CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
-- to
CREATE FUNCTION f(b int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;

-- pair: function_defaults
-- from
CREATE FUNCTION f(a int, b int DEFAULT 1) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
-- to
CREATE FUNCTION f(a int, b int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;

-- pair: function_default_added
-- from
CREATE FUNCTION f(a int, b text) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
-- to
CREATE FUNCTION f(a int, b text DEFAULT 'it''s') RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;

-- pair: function_arguments_are_another_function
-- from
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
-- to
CREATE FUNCTION f(bigint) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;

-- pair: function_overloads
-- from
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
-- to
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS $$ SELECT 2 $$;
CREATE FUNCTION f(text) RETURNS int LANGUAGE sql AS $$ SELECT 3 $$;
CREATE FUNCTION f(int, text) RETURNS int LANGUAGE sql AS $$ SELECT 4 $$;
COMMENT ON FUNCTION f(int, text) IS 'the third';

-- pair: function_returns_table
-- from
CREATE FUNCTION f() RETURNS TABLE (a int, b text) LANGUAGE sql ROWS 10 AS $$ SELECT 1, 'x' $$;
-- to
CREATE FUNCTION f() RETURNS TABLE (a int, b text, c int) LANGUAGE sql ROWS 20 AS $$ SELECT 1, 'x', 2 $$;

-- pair: function_out_and_variadic
-- from
-- to
CREATE FUNCTION f(IN a int, OUT b int, OUT c text) LANGUAGE sql AS $$ SELECT a, 'x' $$;
CREATE FUNCTION g(VARIADIC a int[]) RETURNS int LANGUAGE sql AS $$ SELECT a[1] $$;
CREATE FUNCTION h(INOUT a int) LANGUAGE sql AS $$ SELECT a $$;
CREATE FUNCTION p(a anyelement, b anyarray) RETURNS anyelement LANGUAGE sql AS $$ SELECT a $$;

-- pair: function_returns_set_of_table
-- loses: back
-- from
CREATE TABLE t (a int);
CREATE FUNCTION f() RETURNS SETOF t LANGUAGE sql AS $$ SELECT * FROM t $$;
-- to
CREATE TABLE t (a int, b int);
CREATE FUNCTION f() RETURNS SETOF t LANGUAGE sql AS $$ SELECT * FROM t $$;

-- pair: function_uses_a_table_that_comes_with_it
-- loses: back
-- from
-- to
CREATE TABLE z (a int);
CREATE FUNCTION a_reader() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM function_uses_a_table_that_comes_with_it.z $$;
CREATE FUNCTION b_reader() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN function_uses_a_table_that_comes_with_it.a_reader(); END $$;

-- pair: functions_that_call_each_other
-- from
-- to
CREATE FUNCTION even(n int) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RETURN n = 0 OR odd(n - 1); END $$;
CREATE FUNCTION odd(n int) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RETURN n <> 0 AND even(n - 1); END $$;

-- pair: function_with_a_sql_body
-- loses: back
-- from
CREATE TABLE t (a int);
CREATE FUNCTION f() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM t; END;
-- to
CREATE TABLE t (a int);
CREATE TABLE u (a int);
CREATE FUNCTION f() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM t JOIN u USING (a); END;

-- pair: function_with_return_expression
-- from
-- to
CREATE FUNCTION inner_one(a int) RETURNS int RETURN a + 1;
CREATE FUNCTION outer_one(a int) RETURNS int RETURN inner_one(a) * 2;

-- pair: function_owner_and_grants
-- from
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
-- to
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
ALTER FUNCTION f(int) OWNER TO catalog_owner;
REVOKE ALL ON FUNCTION f(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION f(int) TO catalog_reader WITH GRANT OPTION;
COMMENT ON FUNCTION f(int) IS 'one';

-- pair: function_dressed_changes_its_result
-- from
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
ALTER FUNCTION f(int) OWNER TO catalog_owner;
REVOKE ALL ON FUNCTION f(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION f(int) TO catalog_reader;
COMMENT ON FUNCTION f(int) IS 'one';
-- to
CREATE FUNCTION f(int) RETURNS bigint LANGUAGE sql AS $$ SELECT 1::bigint $$;
ALTER FUNCTION f(int) OWNER TO catalog_owner;
REVOKE ALL ON FUNCTION f(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION f(int) TO catalog_reader;
COMMENT ON FUNCTION f(int) IS 'one';

-- pair: function_becomes_procedure
-- from
CREATE FUNCTION f(int) RETURNS void LANGUAGE sql AS $$ $$;
-- to
CREATE PROCEDURE f(int) LANGUAGE sql AS $$ $$;

-- pair: procedure
-- from
CREATE PROCEDURE p(a int) LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;
-- to
CREATE PROCEDURE p(a int) LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN PERFORM 1; END $$;
GRANT EXECUTE ON PROCEDURE p(int) TO catalog_reader;
COMMENT ON PROCEDURE p(int) IS 'does it';

-- pair: procedure_with_results
-- from
CREATE PROCEDURE p(INOUT a int) LANGUAGE sql AS $$ SELECT 1 $$;
-- to
CREATE PROCEDURE p(INOUT a int, INOUT b text) LANGUAGE sql AS $$ SELECT 1, 'x' $$;

-- pair: aggregate
-- from
CREATE FUNCTION add_up(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT coalesce($1, 0) + coalesce($2, 0) $$;
-- to
CREATE FUNCTION add_up(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT coalesce($1, 0) + coalesce($2, 0) $$;
CREATE AGGREGATE total(int) (SFUNC = add_up, STYPE = int, INITCOND = '0', PARALLEL = SAFE, COMBINEFUNC = add_up);
COMMENT ON AGGREGATE total(int) IS 'the sum';

-- pair: aggregate_changed
-- from
CREATE FUNCTION add_up(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT $1 + $2 $$;
CREATE AGGREGATE total(int) (SFUNC = add_up, STYPE = int, INITCOND = '0');
CREATE TABLE t (a int);
CREATE VIEW v AS SELECT total(a) FROM t;
-- to
CREATE FUNCTION add_up(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT $1 + $2 $$;
CREATE AGGREGATE total(int) (SFUNC = add_up, STYPE = int, INITCOND = '100');
CREATE TABLE t (a int);
CREATE VIEW v AS SELECT total(a) FROM t;

-- pair: aggregate_moving_and_final
-- from
-- to
CREATE FUNCTION push(float8[], float8) RETURNS float8[] LANGUAGE sql IMMUTABLE AS $$ SELECT $1 || $2 $$;
CREATE FUNCTION pull(float8[], float8) RETURNS float8[] LANGUAGE sql IMMUTABLE AS $$ SELECT $1[2:] $$;
CREATE FUNCTION middle(float8[]) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$ SELECT $1[1] $$;
CREATE AGGREGATE med(float8) (SFUNC = push, STYPE = float8[], FINALFUNC = middle, INITCOND = '{}', MSFUNC = push, MINVFUNC = pull, MSTYPE = float8[], MFINALFUNC = middle, MINITCOND = '{}');
CREATE AGGREGATE first_of(ORDER BY float8) (SFUNC = push, STYPE = float8[], FINALFUNC = middle);

-- pair: operator
-- from
CREATE FUNCTION near(int, int) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT abs($1 - $2) < 5 $$;
-- to
CREATE FUNCTION near(int, int) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT abs($1 - $2) < 5 $$;
CREATE OPERATOR ~~~ (FUNCTION = near, LEFTARG = int, RIGHTARG = int, COMMUTATOR = ~~~, RESTRICT = contsel, JOIN = contjoinsel);
COMMENT ON OPERATOR ~~~ (int, int) IS 'near';

-- pair: operator_in_a_view
-- from
CREATE TABLE t (a int);
-- to
CREATE FUNCTION near(int, int) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT abs($1 - $2) < 5 $$;
CREATE OPERATOR ~~~ (FUNCTION = near, LEFTARG = int, RIGHTARG = int);
CREATE TABLE t (a int);
CREATE VIEW v AS SELECT a FROM t WHERE a OPERATOR(operator_in_a_view.~~~) 3;

-- pair: operator_of_another_function
-- from
CREATE FUNCTION one(int, int) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT true $$;
CREATE FUNCTION two(int, int) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT true $$;
CREATE OPERATOR ~~~ (FUNCTION = one, LEFTARG = int, RIGHTARG = int);
-- to
CREATE FUNCTION one(int, int) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT true $$;
CREATE FUNCTION two(int, int) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT true $$;
CREATE OPERATOR ~~~ (FUNCTION = two, LEFTARG = int, RIGHTARG = int);

-- pair: prefix_operator_and_negator
-- from
-- to
CREATE FUNCTION minus(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT reverse($1) $$;
CREATE FUNCTION same(text, text) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT $1 = $2 $$;
CREATE FUNCTION other(text, text) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT $1 <> $2 $$;
CREATE OPERATOR !!! (FUNCTION = minus, RIGHTARG = text);
CREATE OPERATOR === (FUNCTION = same, LEFTARG = text, RIGHTARG = text, NEGATOR = !==);
CREATE OPERATOR !== (FUNCTION = other, LEFTARG = text, RIGHTARG = text, NEGATOR = ===);

-- pair: operator_class
-- from
CREATE TABLE t (a int);
-- to
CREATE TABLE t (a int);
CREATE OPERATOR CLASS back_ops FOR TYPE int4 USING btree AS OPERATOR 1 > , OPERATOR 2 >= , OPERATOR 3 = , OPERATOR 4 <= , OPERATOR 5 < , FUNCTION 1 btint4cmp(int4, int4);
CREATE INDEX t_back_idx ON t (a back_ops);

-- pair: cast_created
-- from
CREATE TYPE pair AS (a int, b int);
-- to
CREATE TYPE pair AS (a int, b int);
CREATE FUNCTION to_pair(int) RETURNS pair LANGUAGE sql IMMUTABLE AS $$ SELECT ROW($1, $1)::pair $$;
CREATE CAST (int AS pair) WITH FUNCTION to_pair(int) AS ASSIGNMENT;
COMMENT ON CAST (int AS pair) IS 'twice';

-- pair: cast_in_and_out
-- from
CREATE TYPE mood AS ENUM ('ok');
CREATE CAST (mood AS int4range) WITH INOUT;
-- to
CREATE TYPE mood AS ENUM ('ok');
CREATE CAST (mood AS int4range) WITH INOUT AS IMPLICIT;

-- pair: function_in_a_default_is_replaced
-- from
CREATE FUNCTION code(int) RETURNS text LANGUAGE sql AS $$ SELECT 'a' $$;
CREATE TABLE t (id int, c text DEFAULT code(1));
-- to
CREATE FUNCTION code(bigint) RETURNS text LANGUAGE sql AS $$ SELECT 'a' $$;
CREATE TABLE t (id int, c text DEFAULT code(1::bigint));

