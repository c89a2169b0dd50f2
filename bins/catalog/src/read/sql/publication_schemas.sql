-- PostgreSQL 15 and later: the schemas of publications.
SELECT s.tableoid AS class, s.oid, 0 AS sub, 'publication_schema' AS kind,
       ARRAY[p.pubname, n.nspname]::text[] AS path
FROM pg_publication_namespace s
JOIN pg_publication p ON p.oid = s.pnpubid
JOIN pg_namespace n ON n.oid = s.pnnspid
