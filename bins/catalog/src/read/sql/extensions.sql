-- Extensions by name and schema. Their versions are the server's matter, as in a dump.
SELECT e.tableoid AS class, e.oid, 0 AS sub, 'extension' AS kind,
       ARRAY[e.extname]::text[] AS path,
       n.nspname::text AS schema
FROM pg_extension e
JOIN pg_namespace n ON n.oid = e.extnamespace
