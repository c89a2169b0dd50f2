-- Enums, domains, composite types of their own, ranges. Row types belong to their tables.
SELECT t.tableoid AS class, t.oid, 0 AS sub,
       CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain'
                      WHEN 'c' THEN 'composite' ELSE 'range' END AS kind,
       ARRAY[n.nspname, t.typname]::text[] AS path,
       pg_get_userbyid(t.typowner)::text AS owner,
       t.typacl::text[] AS acl,
       -- enum
       (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder)
        FROM pg_enum e WHERE t.typtype = 'e' AND e.enumtypid = t.oid)::text AS labels,
       -- domain
       CASE t.typtype WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod) END AS type,
       CASE WHEN t.typtype = 'd' AND t.typcollation <> 0
                 AND t.typcollation <> (SELECT b.typcollation FROM pg_type b WHERE b.oid = t.typbasetype)
            THEN t.typcollation::regcollation::text END AS collation,
       CASE WHEN t.typtype = 'd' AND t.typnotnull THEN 'true' END AS not_null,
       (SELECT k.conname::text FROM pg_constraint k
        WHERE t.typtype = 'd' AND k.contypid = t.oid AND k.contype = 'n'
          AND k.conname <> t.typname || '_not_null') AS not_null_name,
       CASE t.typtype WHEN 'd' THEN coalesce(pg_get_expr(t.typdefaultbin, 0), quote_literal(t.typdefault)) END AS "default",
       -- composite
       (SELECT json_agg(concat(quote_ident(a.attname), ' ', format_type(a.atttypid, a.atttypmod),
                               CASE WHEN a.attcollation <> 0 AND a.attcollation <> b.typcollation
                                    THEN ' COLLATE ' || a.attcollation::regcollation END)
                        ORDER BY a.attnum)
        FROM pg_attribute a JOIN pg_type b ON b.oid = a.atttypid
        WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped)::text AS fields,
       -- range
       CASE t.typtype WHEN 'r' THEN (
         SELECT concat_ws(', ',
                  'SUBTYPE = ' || format_type(r.rngsubtype, NULL),
                  (SELECT 'SUBTYPE_OPCLASS = ' || quote_ident(on_.nspname) || '.' || quote_ident(o.opcname)
                   FROM pg_opclass o JOIN pg_namespace on_ ON on_.oid = o.opcnamespace
                   WHERE o.oid = r.rngsubopc AND NOT o.opcdefault),
                  CASE WHEN r.rngcollation <> 0 AND r.rngcollation <> s.typcollation
                       THEN 'COLLATION = ' || r.rngcollation::regcollation END,
                  CASE WHEN r.rngcanonical <> 0 THEN 'CANONICAL = ' || r.rngcanonical::regproc END,
                  CASE WHEN r.rngsubdiff <> 0 THEN 'SUBTYPE_DIFF = ' || r.rngsubdiff::regproc END,
                  'MULTIRANGE_TYPE_NAME = ' || r.rngmultitypid::regtype)
         FROM pg_range r JOIN pg_type s ON s.oid = r.rngsubtype
         WHERE r.rngtypid = t.oid) END AS range
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE t.typtype IN ('e', 'd', 'c', 'r')
  AND (t.typtype <> 'c' OR c.relkind = 'c')
  AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgrefit')
