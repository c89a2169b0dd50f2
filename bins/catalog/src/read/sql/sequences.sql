-- Sequences but those of identity columns, which are their columns' attributes. What a sequence
-- of its type has by default is left out.
SELECT c.tableoid AS class, c.oid, 0 AS sub, 'sequence' AS kind,
       ARRAY[n.nspname, c.relname]::text[] AS path,
       pg_get_userbyid(c.relowner)::text AS owner,
       c.relacl::text[] AS acl,
       CASE c.relpersistence WHEN 'u' THEN 'unlogged' END AS persistence,
       CASE WHEN s.seqtypid <> 'bigint'::regtype THEN format_type(s.seqtypid, NULL) END AS type,
       nullif(s.seqincrement, 1)::text AS increment,
       nullif(s.seqmin, CASE WHEN s.seqincrement > 0 THEN 1 ELSE d.lowest END)::text AS minimum,
       nullif(s.seqmax, CASE WHEN s.seqincrement > 0 THEN d.highest ELSE -1 END)::text AS maximum,
       nullif(s.seqstart, CASE WHEN s.seqincrement > 0 THEN s.seqmin ELSE s.seqmax END)::text AS start,
       nullif(s.seqcache, 1)::text AS cache,
       CASE WHEN s.seqcycle THEN 'true' END AS cycle
FROM pg_sequence s
JOIN pg_class c ON c.oid = s.seqrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN (VALUES ('smallint'::regtype, (-32768)::bigint, 32767::bigint),
             ('integer', -2147483648, 2147483647),
             ('bigint', -9223372036854775808, 9223372036854775807)) AS d(type, lowest, highest)
  ON d.type = s.seqtypid
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgrefit')
  AND NOT EXISTS (SELECT FROM pg_depend i
                  WHERE i.classid = 'pg_class'::regclass AND i.objid = c.oid AND i.objsubid = 0
                    AND i.deptype = 'i')
