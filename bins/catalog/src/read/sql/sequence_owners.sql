-- Which column a sequence goes with. A fact of its own, as the column's default needs the
-- sequence, and the sequence's owner the column.
SELECT 'pg_sequence'::regclass::oid AS class, s.oid, 0 AS sub, 'sequence_owner' AS kind,
       ARRAY[sn.nspname, s.relname]::text[] AS path,
       concat_ws('.', quote_ident(tn.nspname), quote_ident(t.relname), quote_ident(a.attname)) AS "column"
FROM pg_class s
JOIN pg_namespace sn ON sn.oid = s.relnamespace
JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.objsubid = 0
                AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype = 'a'
JOIN pg_class t ON t.oid = d.refobjid
JOIN pg_namespace tn ON tn.oid = t.relnamespace
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
WHERE s.relkind = 'S'
  AND sn.nspname !~ '^pg_' AND sn.nspname NOT IN ('information_schema', 'pgrefit')
