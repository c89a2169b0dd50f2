-- Defaults of columns, of views too. A generated column's expression is the column's own. A default speaks
-- of no column, so the server need not open the table to print it.
SELECT d.tableoid AS class, d.oid, 0 AS sub, 'default' AS kind,
       ARRAY[n.nspname, c.relname, a.attname]::text[] AS path,
       a.attnum::integer AS position,
       pg_get_expr(d.adbin, 0) AS expression
FROM pg_attrdef d
JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
JOIN pg_class c ON c.oid = d.adrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE a.attgenerated = ''
  AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgrefit')
