-- What: names that extensions brought, by which SQL may call them: types, functions, operator
-- classes.
-- Locks: nothing.
SELECT e.extname::text, n.nspname::text, o.name::text
  FROM pg_catalog.pg_depend d
  JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
  JOIN (SELECT 'pg_catalog.pg_type'::regclass AS class, oid, typnamespace AS namespace, typname AS name FROM pg_catalog.pg_type
        UNION ALL SELECT 'pg_catalog.pg_proc'::regclass, oid, pronamespace, proname FROM pg_catalog.pg_proc
        UNION ALL SELECT 'pg_catalog.pg_opclass'::regclass, oid, opcnamespace, opcname FROM pg_catalog.pg_opclass) o
    ON o.class = d.classid AND o.oid = d.objid
  JOIN pg_catalog.pg_namespace n ON n.oid = o.namespace
 WHERE d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.deptype = 'e'
   AND n.nspname <> 'pg_catalog';
