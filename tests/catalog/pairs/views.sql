-- What: views and materialized views, and views on views.

-- pair: view_created
-- from
CREATE TABLE t (a int, b text);
-- to
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a, upper(b) AS b FROM t WHERE a > 0;

-- pair: view_body
-- from
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a, b FROM t;
-- to
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a, b FROM t WHERE a > 10;

-- pair: view_column_appended
-- from
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a FROM t;
-- to
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a, b FROM t;

-- pair: view_columns_replaced
-- from
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a, b FROM t;
-- to
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT b, a::text AS c FROM t;

-- pair: view_column_of_another_type
-- from
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a FROM t;
CREATE VIEW w AS SELECT a + 1 AS n FROM v;
GRANT SELECT ON v TO catalog_reader;
COMMENT ON VIEW v IS 'the first';
-- to
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a::bigint AS a FROM t;
CREATE VIEW w AS SELECT a + 1 AS n FROM v;
GRANT SELECT ON v TO catalog_reader;
COMMENT ON VIEW v IS 'the first';

-- pair: view_of_a_dropped_column
-- loses: forth
-- from
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a, b FROM t;
-- to
CREATE TABLE t (a int);
CREATE VIEW v AS SELECT a FROM t;

-- pair: view_over_a_new_column
-- loses: back
-- from
CREATE TABLE t (a int);
CREATE VIEW v AS SELECT a FROM t;
-- to
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a, b FROM t;

-- pair: view_star_is_expanded
-- loses: back
-- from
CREATE TABLE t (a int);
CREATE VIEW v AS SELECT * FROM t;
-- to
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT * FROM t;

-- pair: view_options
-- from
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a FROM t WHERE a > 0;
-- to
CREATE TABLE t (a int, b text);
CREATE VIEW v WITH (security_barrier = true) AS SELECT a FROM t WHERE a > 0 WITH LOCAL CHECK OPTION;

-- pair: view_check_option_cascaded
-- from
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a FROM t WHERE a > 0 WITH LOCAL CHECK OPTION;
-- to
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a FROM t WHERE a > 0 WITH CASCADED CHECK OPTION;

-- pair: view_security_invoker
-- since: 15
-- from
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a FROM t;
-- to
CREATE TABLE t (a int, b text);
CREATE VIEW v WITH (security_invoker = on) AS SELECT a FROM t;

-- pair: view_security_invoker_kept_when_rebuilt
-- since: 15
-- from
CREATE TABLE t (a int, b text);
CREATE VIEW v WITH (security_invoker = on, security_barrier = on) AS SELECT a, b FROM t;
GRANT SELECT ON v TO catalog_reader;
-- to
CREATE TABLE t (a bigint, b text);
CREATE VIEW v WITH (security_invoker = on, security_barrier = on) AS SELECT a, b FROM t;
GRANT SELECT ON v TO catalog_reader;

-- pair: view_column_default
-- from
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a, b FROM t;
-- to
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a, b FROM t;
ALTER VIEW v ALTER b SET DEFAULT 'x';
COMMENT ON COLUMN v.b IS 'the text';

-- pair: view_chain_of_four
-- from
CREATE TABLE t (a int, b text);
CREATE VIEW v1 AS SELECT a, b FROM t;
CREATE VIEW v2 AS SELECT a, b FROM v1 WHERE a > 1;
CREATE VIEW v3 AS SELECT a, count(*) AS n FROM v2 GROUP BY a;
CREATE VIEW v4 AS SELECT v3.n, v1.b FROM v3 JOIN v1 USING (a);
-- to
CREATE TABLE t (a bigint, b text);
CREATE VIEW v1 AS SELECT a, b FROM t;
CREATE VIEW v2 AS SELECT a, b FROM v1 WHERE a > 1;
CREATE VIEW v3 AS SELECT a, count(*) AS n FROM v2 GROUP BY a;
CREATE VIEW v4 AS SELECT v3.n, v1.b FROM v3 JOIN v1 USING (a);

-- pair: views_exchange_bodies
-- from
CREATE TABLE t (a int, b text);
CREATE VIEW lower_one AS SELECT a FROM t;
CREATE VIEW upper_one AS SELECT a FROM lower_one;
-- to
CREATE TABLE t (a int, b text);
CREATE VIEW upper_one AS SELECT a FROM t;
CREATE VIEW lower_one AS SELECT a FROM upper_one;

-- pair: view_over_group_by_primary_key
-- from
CREATE TABLE t (id int PRIMARY KEY, name text, n int);
CREATE VIEW v AS SELECT id, name, sum(n) AS total FROM t GROUP BY id;
-- to
CREATE TABLE t (id int CONSTRAINT t_other_pkey PRIMARY KEY, name text, n int);
CREATE VIEW v AS SELECT id, name, sum(n) AS total FROM t GROUP BY id;

-- pair: recursive_view
-- from
CREATE TABLE node (id int, parent int);
-- to
CREATE TABLE node (id int, parent int);
CREATE RECURSIVE VIEW tree (id, depth) AS SELECT id, 0 FROM node WHERE parent IS NULL UNION ALL SELECT node.id, depth + 1 FROM node JOIN tree ON node.parent = tree.id;

-- pair: view_with_everything_in_it
-- from
CREATE TABLE t (a int, b text, at timestamptz);
-- to
CREATE TABLE t (a int, b text, at timestamptz);
CREATE VIEW v AS
WITH recent AS MATERIALIZED (SELECT * FROM t WHERE at > '2020-01-01')
SELECT r.a, row_number() OVER w AS place, lag(b, 1, '-') OVER w AS before, x.n, array_agg(DISTINCT r.b ORDER BY r.b) FILTER (WHERE r.b <> '') AS all_b
  FROM recent AS r LEFT JOIN LATERAL (SELECT count(*) AS n FROM t WHERE t.a = r.a) AS x ON true
 GROUP BY r.a, r.b, r.at, x.n
HAVING count(*) > 0
WINDOW w AS (PARTITION BY r.b ORDER BY r.at ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
 ORDER BY 1 LIMIT 10 OFFSET 2;

-- pair: view_over_values_and_functions
-- from
-- to
CREATE VIEW v AS SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS x (n, s) CROSS JOIN generate_series(1, 3) AS g (i);
CREATE VIEW w AS SELECT n, s FROM v UNION SELECT 3, 'c' EXCEPT SELECT 1, 'a';

-- pair: view_uses_a_function_that_changes_its_result
-- from
CREATE FUNCTION label(int) RETURNS text LANGUAGE sql AS $$ SELECT 'n' || $1 $$;
CREATE TABLE t (a int);
CREATE VIEW v AS SELECT label(a) AS l FROM t;
-- to
CREATE FUNCTION label(int) RETURNS int LANGUAGE sql AS $$ SELECT $1 $$;
CREATE TABLE t (a int);
CREATE VIEW v AS SELECT label(a) AS l FROM t;

-- pair: view_owner_and_column_grants
-- from
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a, b FROM t;
-- to
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a, b FROM t;
ALTER VIEW v OWNER TO catalog_owner;
GRANT SELECT (a), UPDATE (b) ON v TO catalog_reader;

-- pair: view_triggers
-- from
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a, b FROM t;
CREATE FUNCTION put() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER put_it INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION put();
-- to
CREATE TABLE t (a int, b varchar(9));
CREATE VIEW v AS SELECT a, b FROM t;
CREATE FUNCTION put() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER put_it INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION put();

-- pair: view_rules
-- from
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a, b FROM t;
-- to
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a, b FROM t;
CREATE RULE v_insert AS ON INSERT TO v DO INSTEAD INSERT INTO t VALUES (NEW.a, NEW.b);
CREATE RULE v_delete AS ON DELETE TO v DO INSTEAD NOTHING;

-- pair: view_on_the_row_of_a_view
-- loses: back
-- from
CREATE TABLE t (a int);
CREATE VIEW v AS SELECT a FROM t;
CREATE FUNCTION twice(v) RETURNS int LANGUAGE sql AS $$ SELECT $1.a * 2 $$;
CREATE VIEW w AS SELECT v.a, twice(v.*) AS double FROM v;
-- to
CREATE TABLE t (a int, b int);
CREATE VIEW v AS SELECT a, b FROM t;
CREATE FUNCTION twice(v) RETURNS int LANGUAGE sql AS $$ SELECT $1.a * 2 $$;
CREATE VIEW w AS SELECT v.a, twice(v.*) AS double FROM v;

-- pair: matview_created
-- from
CREATE TABLE t (a int, b text);
-- to
CREATE TABLE t (a int, b text);
CREATE MATERIALIZED VIEW m AS SELECT a, count(*) AS n FROM t GROUP BY a;
CREATE UNIQUE INDEX m_a_idx ON m (a);

-- pair: matview_body
-- from
CREATE TABLE t (a int, b text);
CREATE MATERIALIZED VIEW m AS SELECT a FROM t;
CREATE INDEX m_a_idx ON m (a);
COMMENT ON MATERIALIZED VIEW m IS 'kept';
COMMENT ON INDEX m_a_idx IS 'kept, too';
GRANT SELECT ON m TO catalog_reader;
-- to
CREATE TABLE t (a int, b text);
CREATE MATERIALIZED VIEW m AS SELECT a FROM t WHERE a > 1;
CREATE INDEX m_a_idx ON m (a);
COMMENT ON MATERIALIZED VIEW m IS 'kept';
COMMENT ON INDEX m_a_idx IS 'kept, too';
GRANT SELECT ON m TO catalog_reader;

-- pair: matview_without_data
-- from
CREATE TABLE t (a int, b text);
CREATE MATERIALIZED VIEW m AS SELECT a FROM t WITH NO DATA;
CREATE VIEW v AS SELECT a FROM m;
-- to
CREATE TABLE t (a bigint, b text);
CREATE MATERIALIZED VIEW m AS SELECT a FROM t WITH NO DATA;
CREATE VIEW v AS SELECT a FROM m;

-- pair: matview_options
-- from
CREATE TABLE t (a int, b text);
CREATE MATERIALIZED VIEW m AS SELECT a, b FROM t;
-- to
CREATE TABLE t (a int, b text);
CREATE MATERIALIZED VIEW m WITH (fillfactor = 60) AS SELECT a, b FROM t;
ALTER MATERIALIZED VIEW m ALTER b SET STATISTICS 33;

-- pair: matview_becomes_view
-- from
CREATE TABLE t (a int, b text);
CREATE MATERIALIZED VIEW m AS SELECT a FROM t;
CREATE VIEW v AS SELECT a FROM m;
-- to
CREATE TABLE t (a int, b text);
CREATE VIEW m AS SELECT a FROM t;
CREATE VIEW v AS SELECT a FROM m;

-- pair: matview_chain
-- loses: back
-- from
CREATE TABLE t (a int, b text);
CREATE MATERIALIZED VIEW m1 AS SELECT a, b FROM t;
CREATE MATERIALIZED VIEW m2 AS SELECT a FROM m1;
CREATE UNIQUE INDEX m2_a_idx ON m2 (a);
-- to
CREATE TABLE t (a int, b text, c int);
CREATE MATERIALIZED VIEW m1 AS SELECT a, b, c FROM t;
CREATE MATERIALIZED VIEW m2 AS SELECT a, c FROM m1;
CREATE UNIQUE INDEX m2_a_idx ON m2 (a, c);

-- pair: matview_statistics_and_owner
-- from
CREATE TABLE t (a int, b int);
CREATE MATERIALIZED VIEW m AS SELECT a, b FROM t;
-- to
CREATE TABLE t (a int, b int);
CREATE MATERIALIZED VIEW m AS SELECT a, b FROM t;
CREATE STATISTICS m_stat ON a, b FROM m;
ALTER MATERIALIZED VIEW m OWNER TO catalog_owner;
