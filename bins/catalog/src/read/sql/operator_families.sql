-- Operator families, without what is in them: that comes with the classes.
SELECT f.tableoid AS class, f.oid, 0 AS sub, 'operator_family' AS kind,
       ARRAY[n.nspname, m.amname, f.opfname]::text[] AS path,
       pg_get_userbyid(f.opfowner)::text AS owner
FROM pg_opfamily f
JOIN pg_namespace n ON n.oid = f.opfnamespace
JOIN pg_am m ON m.oid = f.opfmethod
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgrefit')
