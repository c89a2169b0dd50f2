-- What: the foreign keys and the plain indexes of the target tables, with the statements that
--       bring them back. Indexes behind constraints, unique, clustered or replica-identity ones
--       stay, and so do those of partitions, which follow their parents.
-- Parameters: $1 the tables' oids.
SELECT 'foreign key' AS kind,
       c.conrelid::regclass::text AS table_name,
       c.conname::text AS name,
       format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) AS definition,
       format('ALTER TABLE %s DROP CONSTRAINT %I', c.conrelid::regclass, c.conname) AS removal,
       format('CONSTRAINT %I ON %s', c.conname, c.conrelid::regclass) AS object,
       obj_description(c.oid, 'pg_constraint') AS comment,
       -- ADD FOREIGN KEY locks both tables against another one; indexes are built side by side.
       ARRAY[c.conrelid, c.confrelid]::oid[] AS locks
FROM pg_constraint AS c
WHERE c.contype = 'f' AND c.conrelid = ANY ($1::oid[]) AND c.conparentid = 0
UNION ALL
SELECT 'index',
       i.indrelid::regclass::text,
       x.relname::text,
       -- Of a partitioned table's index PostgreSQL shows the parent's part alone, ON ONLY.
       CASE WHEN starts_with(pg_get_indexdef(i.indexrelid), format('CREATE INDEX %I ON ONLY ', x.relname))
            THEN format('CREATE INDEX %I ON ', x.relname)
                 || substr(pg_get_indexdef(i.indexrelid), 1 + length(format('CREATE INDEX %I ON ONLY ', x.relname)))
            ELSE pg_get_indexdef(i.indexrelid)
       END,
       format('DROP INDEX %I.%I', n.nspname, x.relname),
       format('INDEX %I.%I', n.nspname, x.relname),
       obj_description(i.indexrelid, 'pg_class'),
       ARRAY[]::oid[]
FROM pg_index AS i
JOIN pg_class AS x ON x.oid = i.indexrelid
JOIN pg_namespace AS n ON n.oid = x.relnamespace
WHERE i.indrelid = ANY ($1::oid[])
  AND NOT i.indisunique AND NOT i.indisexclusion AND NOT i.indisclustered AND NOT i.indisreplident
  AND i.indisvalid
  -- What pg_get_indexdef does not show would not come back.
  AND x.reltablespace = 0
  AND NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0)
  AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = i.indexrelid AND d.deptype = 'x')
  AND NOT x.relispartition
  AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid)
ORDER BY 1, 2, 3
