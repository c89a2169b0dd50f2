-- Sequences and the tables that own them; of an extension's, only those it declares as the user's.
-- Locks nothing.
SELECT n.nspname::text AS schema,
       c.relname::text AS name,
       (SELECT d.refobjid FROM pg_catalog.pg_depend AS d
        WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
          AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0
        LIMIT 1)       AS owner_table,
       pg_catalog.has_schema_privilege(n.oid, 'USAGE')
           AND pg_catalog.has_sequence_privilege(c.oid, 'SELECT') AS readable
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'S'
  AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND n.nspname !~ '^pg_(toast|temp)'
  AND (NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
                   WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
                     AND d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.deptype = 'e')
       OR EXISTS (SELECT FROM pg_catalog.pg_extension AS x WHERE c.oid = ANY (x.extconfig)))
ORDER BY n.nspname, c.relname
