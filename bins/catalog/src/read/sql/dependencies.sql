-- What depends on what, as the server records it, with the members of extensions (deptype e).
-- Left out: the schema that everything lives in, and what is internal to one object.
SELECT d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid, d.deptype = 'e'
FROM pg_depend d
WHERE d.deptype IN ('n', 'a', 'e')
  AND d.objid >= 12000
  AND NOT (d.refclassid = 'pg_namespace'::regclass
           AND d.classid IN ('pg_class'::regclass, 'pg_type'::regclass, 'pg_proc'::regclass))
