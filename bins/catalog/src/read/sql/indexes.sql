-- Indexes but those of constraints.
SELECT ic.tableoid AS class, ic.oid, 0 AS sub, 'index' AS kind,
       ARRAY[n.nspname, ic.relname]::text[] AS path,
       concat(quote_ident(n.nspname), '.', quote_ident(c.relname)) AS "table",
       pg_get_indexdef(ic.oid) AS definition,
       -- In their stored order, as the definition prints them.
       CASE WHEN ic.reloptions IS NOT NULL THEN to_json(ic.reloptions)::text END AS options,
       CASE WHEN ic.relam >= 16384 THEN 'true' END AS any_option,
       CASE WHEN ic.reltablespace <> 0 THEN
         (SELECT s.spcname::text FROM pg_tablespace s WHERE s.oid = ic.reltablespace) END AS tablespace,
       CASE WHEN i.indisclustered THEN 'true' END AS clustered,
       CASE WHEN i.indisreplident THEN 'true' END AS replica_identity,
       CASE WHEN NOT i.indisvalid THEN 'true' END AS invalid,
       targets.list::text AS statistics
FROM pg_index i
JOIN pg_class ic ON ic.oid = i.indexrelid
JOIN pg_class c ON c.oid = i.indrelid AND c.relkind IN ('r', 'p', 'm')
JOIN pg_namespace n ON n.oid = ic.relnamespace
LEFT JOIN (SELECT a.attrelid, json_agg(a.attnum || ' ' || a.attstattarget ORDER BY a.attnum) AS list
           FROM pg_attribute a
           WHERE a.attnum > 0 AND a.attstattarget >= 0
           GROUP BY a.attrelid) targets ON targets.attrelid = ic.oid
WHERE NOT EXISTS (SELECT FROM pg_constraint k
                  WHERE k.conindid = ic.oid AND k.contype IN ('p', 'u', 'x'))
  AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgrefit')
