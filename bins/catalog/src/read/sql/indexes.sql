-- Indexes but those of constraints.
SELECT ic.tableoid AS class, ic.oid, 0 AS sub, 'index' AS kind,
       ARRAY[n.nspname, ic.relname]::text[] AS path,
       i.indrelid::regclass::text AS "table",
       pg_get_indexdef(ic.oid) AS definition,
       (SELECT s.spcname::text FROM pg_tablespace s WHERE s.oid = ic.reltablespace) AS tablespace,
       CASE WHEN i.indisclustered THEN 'true' END AS clustered,
       CASE WHEN i.indisreplident THEN 'true' END AS replica_identity,
       CASE WHEN NOT i.indisvalid THEN 'true' END AS invalid,
       (SELECT json_agg(a.attnum || ' ' || a.attstattarget ORDER BY a.attnum)
        FROM pg_attribute a
        WHERE a.attrelid = ic.oid AND a.attstattarget >= 0)::text AS statistics
FROM pg_index i
JOIN pg_class ic ON ic.oid = i.indexrelid
JOIN pg_class c ON c.oid = i.indrelid AND c.relkind IN ('r', 'p', 'm')
JOIN pg_namespace n ON n.oid = ic.relnamespace
WHERE NOT EXISTS (SELECT FROM pg_constraint k
                  WHERE k.conindid = ic.oid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x'))
  AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgrefit')
