-- The tables that a table inherits from, in their order. Partitions have a place of their own.
SELECT i.tableoid AS class, i.inhrelid AS oid, 0 AS sub, 'inheritance' AS kind,
       ARRAY[n.nspname, c.relname]::text[] AS path,
       json_agg(i.inhparent::regclass::text ORDER BY i.inhseqno)::text AS parents
FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT c.relispartition AND c.relkind IN ('r', 'f')
  AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgrefit')
GROUP BY i.tableoid, i.inhrelid, n.nspname, c.relname
