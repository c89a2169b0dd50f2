-- Partitions, by schema and name.
SELECT ARRAY[nspname, relname]::text[]
  FROM pg_class
  JOIN pg_namespace ON pg_namespace.oid = relnamespace
 WHERE relispartition AND relkind IN ('r', 'p', 'f');
