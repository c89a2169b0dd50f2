-- PostgreSQL 15 and later: the tables of publications, with their columns and row filters.
SELECT r.tableoid AS class, r.oid, 0 AS sub, 'publication_table' AS kind,
       ARRAY[p.pubname, n.nspname, c.relname]::text[] AS path,
       (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname)
        FROM pg_attribute a
        WHERE a.attrelid = c.oid
          AND a.attnum = ANY (r.prattrs)) AS columns,
       pg_get_expr(r.prqual, c.oid) AS filter
FROM pg_publication_rel r
JOIN pg_publication p ON p.oid = r.prpubid
JOIN pg_class c ON c.oid = r.prrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
