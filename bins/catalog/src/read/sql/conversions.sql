-- Conversions between encodings.
SELECT c.tableoid AS class, c.oid, 0 AS sub, 'conversion' AS kind,
       ARRAY[n.nspname, c.conname]::text[] AS path,
       pg_get_userbyid(c.conowner)::text AS owner,
       CASE WHEN c.condefault THEN 'true' END AS is_default,
       concat('FOR ', quote_literal(pg_encoding_to_char(c.conforencoding)),
              ' TO ', quote_literal(pg_encoding_to_char(c.contoencoding)),
              ' FROM ', c.conproc) AS definition
FROM pg_conversion c
JOIN pg_namespace n ON n.oid = c.connamespace
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgrefit')
