-- Primary keys, unique, check, exclusion constraints and foreign keys. Left out is what comes and
-- goes with a parent table: inherited checks, and a partition's copies of foreign keys.
SELECT k.tableoid AS class, k.oid, 0 AS sub,
       CASE k.contype WHEN 'f' THEN 'foreign_key' ELSE 'constraint' END AS kind,
       ARRAY[n.nspname, c.relname, k.conname]::text[] AS path,
       CASE k.contype WHEN 'p' THEN 'PRIMARY KEY' WHEN 'u' THEN 'UNIQUE' WHEN 'c' THEN 'CHECK'
                      WHEN 'x' THEN 'EXCLUDE' END AS type,
       pg_get_constraintdef(k.oid) AS definition,
       CASE WHEN ic.reloptions IS NOT NULL THEN
         (SELECT json_agg(o ORDER BY o) FROM unnest(ic.reloptions) o)::text END AS options,
       CASE WHEN ic.relam >= 16384 THEN 'true' END AS any_option,
       CASE WHEN ic.reltablespace <> 0 THEN
         (SELECT s.spcname::text FROM pg_tablespace s WHERE s.oid = ic.reltablespace) END AS tablespace,
       CASE WHEN i.indisclustered THEN 'true' END AS clustered,
       CASE WHEN i.indisreplident THEN 'true' END AS replica_identity
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class ic ON ic.oid = k.conindid AND k.contype <> 'f'
LEFT JOIN pg_index i ON i.indexrelid = ic.oid
WHERE k.contype IN ('p', 'u', 'c', 'x', 'f')
  AND NOT (k.contype = 'f' AND k.conparentid <> 0)
  AND NOT (k.contype = 'c' AND k.coninhcount > 0 AND (c.relispartition OR NOT k.conislocal))
  AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgrefit')
