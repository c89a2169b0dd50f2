-- What to analyze, but for schema $1: a partitioned table brings its partitions, and nobody else
-- ever analyzes it. The largest first, and whether it is a plain table. Locks nothing.
SELECT nspname::text, relname::text, relkind = 'r'
FROM pg_catalog.pg_class AS class
JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = relnamespace
WHERE relkind IN ('r', 'm', 'p')
  AND NOT relispartition
  AND class.oid >= 16384
  AND nspname <> $1
ORDER BY relkind = 'p' DESC, pg_relation_size(class.oid) DESC
