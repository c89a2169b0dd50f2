-- What: the foreign keys, keys and plain indexes of the target tables, with the statements that
--       bring them back. Exclusion constraints and clustered or replica-identity indexes stay, and
--       so do those of partitions, which follow their parents. Keys are candidates only: whoever
--       takes one away must know that no two rows will share its columns.
-- Parameters: $1 the tables' oids.
SELECT 'foreign key' AS kind,
       c.conrelid AS table_oid,
       c.conrelid::regclass::text AS table_name,
       c.conname::text AS name,
       -- Rows are checked in a step of its own, which locks others out less, so that several
       -- foreign keys of tables that know each other are checked at once. Partitioned tables
       -- know no such step.
       CASE WHEN two.steps
            THEN format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I, ADD CONSTRAINT %2$I %3$s NOT VALID', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid))
            ELSE format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid))
       END AS definition,
       CASE WHEN two.steps
            THEN format('ALTER TABLE %s VALIDATE CONSTRAINT %I', c.conrelid::regclass, c.conname)
       END AS validation,
       format('ALTER TABLE %s DROP CONSTRAINT %I', c.conrelid::regclass, c.conname) AS removal,
       format('CONSTRAINT %I ON %s', c.conname, c.conrelid::regclass) AS object,
       obj_description(c.oid, 'pg_constraint') AS comment,
       -- In one step, ADD FOREIGN KEY locks both tables against another one.
       CASE WHEN two.steps THEN ARRAY[c.conrelid] ELSE ARRAY[c.conrelid, c.confrelid] END::oid[] AS locks,
       NULL::text[] AS key_columns,
       false AS is_primary
FROM pg_constraint AS c
CROSS JOIN LATERAL (
    SELECT c.convalidated AND count(*) FILTER (WHERE t.relkind = 'p') = 0 AS steps
    FROM pg_class AS t WHERE t.oid IN (c.conrelid, c.confrelid)
) AS two
WHERE c.contype = 'f' AND c.conrelid = ANY ($1::oid[]) AND c.conparentid = 0
UNION ALL
SELECT CASE WHEN i.indisunique THEN 'key' ELSE 'index' END,
       i.indrelid,
       i.indrelid::regclass::text,
       x.relname::text,
       CASE WHEN c.oid IS NOT NULL
            THEN format('ALTER TABLE %s ADD CONSTRAINT %I %s', i.indrelid::regclass, c.conname, pg_get_constraintdef(c.oid))
            -- Of a partitioned table's index PostgreSQL shows the parent's part alone, ON ONLY.
            WHEN starts_with(pg_get_indexdef(i.indexrelid), format('CREATE INDEX %I ON ONLY ', x.relname))
            THEN format('CREATE INDEX %I ON ', x.relname)
                 || substr(pg_get_indexdef(i.indexrelid), 1 + length(format('CREATE INDEX %I ON ONLY ', x.relname)))
            ELSE pg_get_indexdef(i.indexrelid)
       END,
       NULL,
       CASE WHEN c.oid IS NOT NULL
            THEN format('ALTER TABLE %s DROP CONSTRAINT %I', i.indrelid::regclass, c.conname)
            ELSE format('DROP INDEX %I.%I', n.nspname, x.relname)
       END,
       CASE WHEN c.oid IS NOT NULL
            THEN format('CONSTRAINT %I ON %s', c.conname, i.indrelid::regclass)
            ELSE format('INDEX %I.%I', n.nspname, x.relname)
       END,
       CASE WHEN c.oid IS NOT NULL
            THEN obj_description(c.oid, 'pg_constraint')
            ELSE obj_description(i.indexrelid, 'pg_class')
       END,
       -- A constraint locks its table; plain indexes are built side by side.
       CASE WHEN c.oid IS NOT NULL THEN ARRAY[i.indrelid] ELSE ARRAY[]::oid[] END,
       CASE WHEN i.indisunique THEN ARRAY(
           SELECT a.attname::text
           FROM unnest(i.indkey::smallint[]) WITH ORDINALITY AS k(attnum, position)
           JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
           WHERE k.position <= i.indnkeyatts
           ORDER BY k.position
       ) END,
       i.indisprimary
FROM pg_index AS i
JOIN pg_class AS x ON x.oid = i.indexrelid
JOIN pg_class AS t ON t.oid = i.indrelid
JOIN pg_namespace AS n ON n.oid = x.relnamespace
LEFT JOIN pg_constraint AS c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x')
WHERE i.indrelid = ANY ($1::oid[])
  AND NOT i.indisexclusion AND NOT i.indisclustered AND NOT i.indisreplident
  AND i.indisvalid
  -- What pg_get_indexdef and pg_get_constraintdef do not show would not come back.
  AND x.reltablespace = 0
  AND NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0)
  AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = i.indexrelid AND d.deptype = 'x')
  AND (c.oid IS NULL OR (x.reloptions IS NULL AND obj_description(i.indexrelid, 'pg_class') IS NULL))
  AND NOT x.relispartition
  AND (NOT i.indisunique OR (
      t.relkind = 'r' AND i.indpred IS NULL AND i.indexprs IS NULL
      -- No trigger changes a row on its way in, and no publication wants the rows' identity.
      AND NOT EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgrelid = t.oid AND NOT g.tgisinternal)
      AND NOT EXISTS (
          SELECT FROM pg_publication_tables AS p
          JOIN pg_namespace AS s ON s.nspname = p.schemaname
          WHERE s.oid = t.relnamespace AND p.tablename = t.relname)
      -- No other table's foreign key and no view leans on it.
      AND NOT EXISTS (
          SELECT FROM pg_constraint AS f
          WHERE f.contype = 'f' AND f.conindid = i.indexrelid
            AND NOT (f.conrelid = ANY ($1::oid[]) AND f.conparentid = 0))
      AND NOT EXISTS (
          SELECT FROM pg_depend AS d
          WHERE d.refclassid = 'pg_constraint'::regclass AND d.refobjid = c.oid AND d.deptype = 'n')
      -- Equal there means equal to the loader: no case, blanks or signed zeros to be ignored.
      AND NOT EXISTS (
          SELECT FROM unnest(i.indkey::smallint[]) WITH ORDINALITY AS k(attnum, position)
          JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
          JOIN pg_type AS y ON y.oid = a.atttypid
          JOIN pg_opclass AS o ON o.oid = i.indclass[k.position - 1]
          LEFT JOIN pg_collation AS l ON l.oid = i.indcollation[k.position - 1]
          WHERE k.position <= i.indnkeyatts
            AND (NOT o.opcdefault OR NOT coalesce(l.collisdeterministic, true)
                 OR NOT (y.typtype = 'e' OR y.typname IN ('int2', 'int4', 'int8', 'uuid', 'text', 'varchar', 'date', 'timestamp', 'timestamptz', 'numeric', 'bool'))))))
ORDER BY 1, 3, 4
