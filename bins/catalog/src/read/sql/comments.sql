-- Comments of everything, with the column's name where it is a column's. Those of a NOT NULL constraint
-- and of an identity column's sequence go to the column (or domain) that has it.
SELECT coalesce(i.refclassid, CASE WHEN k.conrelid > 0 THEN 'pg_class' WHEN k.contypid > 0 THEN 'pg_type' END::regclass, d.classoid),
       coalesce(i.refobjid, nullif(k.conrelid, 0), nullif(k.contypid, 0), d.objoid),
       coalesce(i.refobjsubid, k.conkey[1], d.objsubid)::integer,
       d.description,
       a.attname::text,
       CASE WHEN k.oid IS NOT NULL THEN 'not_null_comment' WHEN i.objid IS NOT NULL THEN 'identity_comment' ELSE 'comment' END
FROM pg_description d
LEFT JOIN pg_attribute a ON d.classoid = 'pg_class'::regclass AND d.objsubid > 0
                        AND a.attrelid = d.objoid AND a.attnum = d.objsubid
LEFT JOIN pg_constraint k ON d.classoid = 'pg_constraint'::regclass AND k.oid = d.objoid AND k.contype = 'n'
LEFT JOIN pg_depend i ON d.classoid = 'pg_class'::regclass AND i.classid = d.classoid AND i.objid = d.objoid AND i.objsubid = 0
                     AND i.deptype = 'i' AND i.refclassid = 'pg_class'::regclass AND i.refobjsubid > 0
WHERE d.objoid >= 16384 OR d.classoid IN ('pg_namespace'::regclass, 'pg_extension'::regclass)
