-- What pg_dump has an entry type for and no fact is made of, by pg_dump's word and name.
SELECT 'BASE TYPE', concat_ws('.', n.nspname, t.typname)
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'b' AND t.typelem = 0 AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgrefit')
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = t.tableoid AND e.objid = t.oid AND e.deptype = 'e')
UNION ALL
SELECT 'SHELL TYPE', concat_ws('.', n.nspname, t.typname)
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'p' AND NOT t.typisdefined AND n.nspname !~ '^pg_'
UNION ALL
SELECT 'PROCEDURAL LANGUAGE', l.lanname
FROM pg_language l
WHERE l.lanispl
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = l.tableoid AND e.objid = l.oid AND e.deptype = 'e')
UNION ALL
SELECT 'ACCESS METHOD', m.amname
FROM pg_am m
WHERE m.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = m.tableoid AND e.objid = m.oid AND e.deptype = 'e')
UNION ALL
SELECT 'TRANSFORM', concat('FOR ', format_type(t.trftype, NULL), ' LANGUAGE ', l.lanname)
FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang
WHERE t.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = t.tableoid AND e.objid = t.oid AND e.deptype = 'e')
UNION ALL
SELECT 'SUBSCRIPTION', s.subname
FROM pg_subscription s
WHERE s.subdbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
UNION ALL
SELECT 'SECURITY LABEL', concat(l.provider, ' on ', l.objtype, ' ', l.objname)
FROM pg_seclabels l
WHERE l.objtype NOT IN ('role', 'tablespace', 'database', 'subscription')
UNION ALL
SELECT 'OPERATOR FAMILY member', concat_ws('.', n.nspname, f.opfname)
FROM pg_depend d
JOIN pg_opfamily f ON d.refclassid = 'pg_opfamily'::regclass AND f.oid = d.refobjid
JOIN pg_namespace n ON n.oid = f.opfnamespace
WHERE d.classid IN ('pg_amop'::regclass, 'pg_amproc'::regclass) AND d.objid >= 16384 AND d.deptype = 'a'
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = f.tableoid AND e.objid = f.oid AND e.deptype = 'e')
GROUP BY n.nspname, f.opfname
ORDER BY 1, 2
