-- Views and materialized views, with the names and types of their columns.
SELECT c.tableoid AS class, c.oid, 0 AS sub,
       CASE c.relkind WHEN 'm' THEN 'materialized_view' ELSE 'view' END AS kind,
       ARRAY[n.nspname, c.relname]::text[] AS path,
       pg_get_userbyid(c.relowner)::text AS owner,
       c.relacl::text[] AS acl,
       rtrim(pg_get_viewdef(c.oid), E'; \n') AS definition,
       (SELECT json_agg(concat(quote_ident(a.attname), ' ', format_type(a.atttypid, a.atttypmod),
                               CASE WHEN a.attcollation <> 0 AND a.attcollation <> t.typcollation
                                    THEN ' COLLATE ' || a.attcollation::regcollation END)
                        ORDER BY a.attnum)
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)::text AS columns,
       (SELECT json_object_agg(a.attname, a.attacl::text[] ORDER BY a.attnum)
        FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND a.attacl IS NOT NULL)::text AS column_acls,
       (SELECT json_agg(concat(quote_ident(a.attname), ' SET STATISTICS ', a.attstattarget) ORDER BY a.attnum)
        FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND a.attstattarget >= 0)::text AS column_statistics,
       (SELECT json_agg(o ORDER BY o) FROM unnest(c.reloptions) o)::text AS options,
       (SELECT m.amname::text FROM pg_am m WHERE m.oid = c.relam AND m.amname <> 'heap') AS access_method,
       CASE WHEN c.relam >= 16384 THEN 'true' END AS any_option,
       (SELECT s.spcname::text FROM pg_tablespace s WHERE s.oid = c.reltablespace) AS tablespace,
       CASE WHEN NOT c.relispopulated THEN 'true' END AS unpopulated
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('v', 'm')
  AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgrefit')
