-- Schemas but the system's and our own.
SELECT n.tableoid AS class, n.oid, 0 AS sub, 'schema' AS kind,
       ARRAY[n.nspname]::text[] AS path,
       pg_get_userbyid(n.nspowner)::text AS owner,
       n.nspacl::text[] AS acl
FROM pg_namespace n
WHERE n.nspname !~ '^pg_'
  AND n.nspname NOT IN ('information_schema', 'pgrefit')
