-- What: what PostgreSQL itself knows tables, columns, indexes, constraints, sequences, types and
-- enum labels by, so that a renamed one is recognised. Paths are those of the catalog's facts.
-- Parameter: the schemas.
-- Locks: nothing.
SELECT CASE c.relkind WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' WHEN 'S' THEN 'sequence' ELSE 'table' END AS kind,
       c.oid, 0 AS attnum, ARRAY[n.nspname, c.relname]::text[] AS path
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p', 'i', 'I', 'S')
UNION ALL
SELECT 'column', a.attrelid, a.attnum::int, ARRAY[n.nspname, c.relname, a.attname]::text[]
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT CASE k.contype WHEN 'f' THEN 'foreign_key' ELSE 'constraint' END, k.oid, 0,
       ARRAY[n.nspname, c.relname, k.conname]::text[]
  FROM pg_catalog.pg_constraint k
  JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ($1)
UNION ALL
SELECT CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' ELSE 'range' END, t.oid, 0,
       ARRAY[n.nspname, t.typname]::text[]
  FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
 WHERE n.nspname = ANY ($1) AND t.typtype IN ('e', 'd', 'r');
