-- Copies of triggers on partitions that are enabled otherwise than the triggers themselves.
SELECT t.tableoid AS class, t.oid, 0 AS sub, 'partition_trigger' AS kind,
       ARRAY[n.nspname, c.relname, t.tgname]::text[] AS path,
       CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA'
                        WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END AS enabled,
       parent.tgrelid::regclass::text AS parent
FROM pg_trigger t
JOIN pg_trigger parent ON parent.oid = t.tgparentid
JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE t.tgenabled <> parent.tgenabled
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.oid = t.tgconstraint AND k.contype = 'f')
  AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgrefit')
