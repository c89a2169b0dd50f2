-- Which index of a partition is part of which index of its parent; of constraints, too.
SELECT i.tableoid AS class, i.inhrelid AS oid, 0 AS sub, 'index_partition' AS kind,
       ARRAY[n.nspname, ic.relname]::text[] AS path,
       i.inhparent::regclass::text AS parent,
       x.indrelid::regclass::text AS "table",
       (SELECT p.indrelid::regclass::text FROM pg_index p WHERE p.indexrelid = i.inhparent) AS parent_table
FROM pg_inherits i
JOIN pg_class ic ON ic.oid = i.inhrelid AND ic.relkind IN ('i', 'I')
JOIN pg_index x ON x.indexrelid = ic.oid
JOIN pg_namespace n ON n.oid = ic.relnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgrefit')
