-- Every relation whose rows a backup holds, or whose lock keeps them still: tables and partitions,
-- partitioned parents, foreign tables (whose rows are elsewhere); not those that an extension
-- makes and fills by itself. Of a table that is dropped meanwhile the functions say NULL; LOCK finds
-- that out. Measuring a table locks it for a moment against DROP, so that lock_timeout matters.
SELECT c.oid,
       n.nspname::text                                                             AS schema,
       c.relname::text                                                             AS name,
       c.relkind::text                                                             AS kind,
       (SELECT i.inhparent FROM pg_catalog.pg_inherits AS i
        WHERE i.inhrelid = c.oid AND c.relispartition)                             AS parent,
       COALESCE(a.amname = 'heap', false)                                          AS heap,
       e.condition                                                                 AS condition,
       ARRAY(SELECT t.attname::text FROM pg_catalog.pg_attribute AS t
             WHERE t.attrelid = c.oid AND t.attnum > 0 AND NOT t.attisdropped AND t.attgenerated = ''
             ORDER BY t.attnum)                                                    AS columns,
       COALESCE(CASE c.relkind WHEN 'r' THEN pg_catalog.pg_table_size(c.oid) END, 0) AS size,
       COALESCE(CASE c.relkind WHEN 'r' THEN pg_catalog.pg_relation_size(c.oid) END
                / pg_catalog.current_setting('block_size')::int, 0)                AS blocks,
       COALESCE(pg_catalog.has_schema_privilege(n.oid, 'USAGE')
                AND pg_catalog.has_table_privilege(c.oid, 'SELECT'), true)         AS readable,
       COALESCE(pg_catalog.row_security_active(c.oid), false)                      AS hidden_rows
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_am AS a ON a.oid = c.relam
LEFT JOIN LATERAL (SELECT COALESCE(x.extcondition[p.position], '') AS condition
                   FROM pg_catalog.pg_extension AS x,
                        pg_catalog.unnest(x.extconfig) WITH ORDINALITY AS p (oid, position)
                   WHERE p.oid = c.oid) AS e ON true
WHERE c.relkind IN ('r', 'p', 'f')
  AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND n.nspname !~ '^pg_(toast|temp)'
  AND (e.condition IS NOT NULL
       OR NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
                      WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
                        AND d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.deptype = 'e'))
ORDER BY n.nspname, c.relname
