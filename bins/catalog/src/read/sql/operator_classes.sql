-- Operator classes with their operators and support functions.
SELECT c.tableoid AS class, c.oid, 0 AS sub, 'operator_class' AS kind,
       ARRAY[n.nspname, m.amname, c.opcname]::text[] AS path,
       pg_get_userbyid(c.opcowner)::text AS owner,
       concat(quote_ident(n.nspname), '.', quote_ident(c.opcname), CASE WHEN c.opcdefault THEN ' DEFAULT' END,
              ' FOR TYPE ', format_type(c.opcintype, NULL), ' USING ', quote_ident(m.amname),
              ' FAMILY ', quote_ident(fn.nspname), '.', quote_ident(f.opfname), E' AS\n    ',
              concat_ws(E',\n    ',
                CASE WHEN c.opckeytype <> 0 THEN 'STORAGE ' || format_type(c.opckeytype, NULL) END,
                (SELECT string_agg(concat('OPERATOR ', a.amopstrategy, ' ', a.amopopr::regoperator,
                          (SELECT concat(' FOR ORDER BY ', quote_ident(sn.nspname), '.', quote_ident(s.opfname))
                           FROM pg_opfamily s JOIN pg_namespace sn ON sn.oid = s.opfnamespace
                           WHERE s.oid = a.amopsortfamily)), E',\n    ' ORDER BY a.amopstrategy)
                 FROM pg_amop a JOIN pg_depend d ON d.classid = 'pg_amop'::regclass AND d.objid = a.oid
                 WHERE d.refclassid = 'pg_opclass'::regclass AND d.refobjid = c.oid),
                (SELECT string_agg(concat('FUNCTION ', p.amprocnum, ' (', format_type(p.amproclefttype, NULL), ', ',
                          format_type(p.amprocrighttype, NULL), ') ', p.amproc::regprocedure), E',\n    ' ORDER BY p.amprocnum)
                 FROM pg_amproc p JOIN pg_depend d ON d.classid = 'pg_amproc'::regclass AND d.objid = p.oid
                 WHERE d.refclassid = 'pg_opclass'::regclass AND d.refobjid = c.oid))) AS definition
FROM pg_opclass c
JOIN pg_namespace n ON n.oid = c.opcnamespace
JOIN pg_am m ON m.oid = c.opcmethod
JOIN pg_opfamily f ON f.oid = c.opcfamily
JOIN pg_namespace fn ON fn.oid = f.opfnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgrefit')
