-- A partition's place under its parent.
SELECT i.tableoid AS class, i.inhrelid AS oid, 0 AS sub, 'partition' AS kind,
       ARRAY[n.nspname, c.relname]::text[] AS path,
       i.inhparent::regclass::text AS parent,
       pg_get_expr(c.relpartbound, c.oid) AS bound
FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f')
  AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgrefit')
