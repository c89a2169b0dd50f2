-- CHECK constraints of domains. NOT NULL is the domain's own attribute.
SELECT k.tableoid AS class, k.oid, 0 AS sub, 'domain_constraint' AS kind,
       ARRAY[n.nspname, t.typname, k.conname]::text[] AS path,
       pg_get_constraintdef(k.oid) AS definition
FROM pg_constraint k
JOIN pg_type t ON t.oid = k.contypid
JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE k.contype = 'c'
  AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgrefit')
