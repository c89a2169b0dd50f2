-- Rows of the catalogs that stand for an object which has its own row elsewhere. In this order:
-- a table's array type stands for its row type, which stands for the table.
SELECT class, oid, of_class, of_oid, of_sub FROM (
  SELECT 1 AS step, 'pg_class'::regclass::oid AS class, c.oid,
         'pg_type'::regclass::oid AS of_class, c.reltype AS of_oid, 0 AS of_sub
  FROM pg_class c WHERE c.relkind = 'c'
  UNION ALL
  SELECT 2, 'pg_type'::regclass, c.reltype, 'pg_class'::regclass, c.oid, 0
  FROM pg_class c WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND c.oid >= 16384
  UNION ALL
  SELECT 3, 'pg_type'::regclass, r.rngmultitypid, 'pg_type'::regclass, r.rngtypid, 0
  FROM pg_range r WHERE r.rngtypid >= 16384
  UNION ALL
  SELECT 4, 'pg_type'::regclass, t.typarray, 'pg_type'::regclass, t.oid, 0
  FROM pg_type t WHERE t.typarray >= 16384
  UNION ALL
  SELECT 5, 'pg_class'::regclass, k.conindid, 'pg_constraint'::regclass, k.oid, 0
  FROM pg_constraint k WHERE k.contype IN ('p', 'u', 'x') AND k.conindid >= 16384
  UNION ALL
  SELECT 6, 'pg_rewrite'::regclass, r.oid, 'pg_class'::regclass, r.ev_class, 0
  FROM pg_rewrite r WHERE r.rulename = '_RETURN' AND r.ev_class >= 16384
  UNION ALL
  SELECT 7, 'pg_attrdef'::regclass, d.oid, 'pg_class'::regclass, d.adrelid, d.adnum::integer
  FROM pg_attrdef d
  JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum AND a.attgenerated <> ''
  UNION ALL
  SELECT 8, 'pg_trigger'::regclass, t.oid, 'pg_constraint'::regclass, t.tgconstraint, 0
  FROM pg_trigger t WHERE t.tgconstraint <> 0 AND NOT t.tgisinternal
  UNION ALL
  SELECT 9, d.classid, d.objid, d.refclassid, d.refobjid, d.refobjsubid
  FROM pg_depend d
  WHERE d.deptype = 'i' AND d.objid >= 16384 AND d.objsubid = 0
    AND (d.classid = 'pg_proc'::regclass AND d.refclassid = 'pg_type'::regclass
         OR d.classid IN ('pg_amop'::regclass, 'pg_amproc'::regclass)
         OR d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0)
) alias
ORDER BY step
