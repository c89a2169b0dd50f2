-- PostgreSQL 14: the tables of publications, each whole.
SELECT r.tableoid AS class, r.oid, 0 AS sub, 'publication_table' AS kind,
       ARRAY[p.pubname, n.nspname, c.relname]::text[] AS path
FROM pg_publication_rel r
JOIN pg_publication p ON p.oid = r.prpubid
JOIN pg_class c ON c.oid = r.prrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
