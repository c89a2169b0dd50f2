-- Casts that are not the system's.
SELECT c.tableoid AS class, c.oid, 0 AS sub, 'cast' AS kind,
       ARRAY[format_type(c.castsource, NULL), format_type(c.casttarget, NULL)]::text[] AS path,
       concat(CASE c.castmethod WHEN 'b' THEN 'WITHOUT FUNCTION' WHEN 'i' THEN 'WITH INOUT'
                                ELSE 'WITH FUNCTION ' || c.castfunc::regprocedure END,
              CASE c.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' END) AS definition
FROM pg_cast c
WHERE c.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend i
                  WHERE i.classid = c.tableoid AND i.objid = c.oid AND i.deptype = 'i')
