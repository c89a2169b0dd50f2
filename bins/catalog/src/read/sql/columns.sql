-- Columns of tables. What a column of its type has by default is left out, but not the name of a
-- NOT NULL constraint (PostgreSQL 18), which stays as it was when table or column is renamed. A
-- partition takes its numbers from its parent (PostgreSQL 17), and gets and loses them with its place.
SELECT c.tableoid AS class, c.oid, a.attnum::integer AS sub, 'column' AS kind,
       ARRAY[n.nspname, c.relname, a.attname]::text[] AS path,
       a.attnum::integer AS position,
       a.attacl::text[] AS acl,
       format_type(a.atttypid, a.atttypmod) AS type,
       CASE WHEN a.attcollation <> 0 AND a.attcollation <> t.typcollation
            THEN a.attcollation::regcollation::text END AS collation,
       CASE WHEN a.attnotnull THEN 'true' END AS not_null,
       k.conname::text AS not_null_name,
       CASE WHEN k.connoinherit THEN 'true' END AS not_null_no_inherit,
       CASE WHEN NOT k.convalidated THEN 'true' END AS not_null_not_valid,
       CASE WHEN k.conislocal AND a.attinhcount > 0 AND NOT a.attislocal AND NOT c.relispartition
            THEN 'true' END AS not_null_local,
       CASE WHEN identity.name IS NOT NULL THEN
         CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END END AS identity,
       identity.name AS identity_sequence,
       identity.acl AS identity_acl,
       identity.increment AS identity_increment,
       identity.minimum AS identity_minimum,
       identity.maximum AS identity_maximum,
       identity.start AS identity_start,
       identity.cache AS identity_cache,
       identity.cycle AS identity_cycle,
       CASE a.attgenerated WHEN 's' THEN 'STORED' WHEN 'v' THEN 'VIRTUAL' END AS generated,
       CASE WHEN a.attgenerated <> '' THEN
         (SELECT pg_get_expr(d.adbin, d.adrelid)
          FROM pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum) END AS expression,
       CASE WHEN a.attstorage <> t.typstorage THEN
         CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL'
                           WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END AS storage,
       CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END AS compression,
       CASE WHEN a.attstattarget >= 0 THEN a.attstattarget::text END AS statistics,
       CASE WHEN a.attoptions IS NOT NULL THEN
         (SELECT json_agg(o ORDER BY o) FROM unnest(a.attoptions) o)::text END AS options,
       CASE WHEN a.attfdwoptions IS NOT NULL THEN
         (SELECT json_agg(o ORDER BY o) FROM unnest(a.attfdwoptions) o)::text END AS foreign_options,
       CASE WHEN a.attinhcount > 0 AND NOT a.attislocal AND NOT c.relispartition
            THEN 'true' END AS inherited
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'f')
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_constraint k ON k.conrelid = a.attrelid AND k.contype = 'n' AND k.conkey[1] = a.attnum
LEFT JOIN (
  SELECT d.refobjid, d.refobjsubid, s.seqrelid::regclass::text AS name,
         CASE WHEN c.relacl IS NOT NULL THEN pg_get_userbyid(c.relowner)::text || c.relacl::text[] END AS acl,
         nullif(s.seqincrement, 1)::text AS increment,
         nullif(s.seqmin, CASE WHEN s.seqincrement > 0 THEN 1 ELSE l.lowest END)::text AS minimum,
         nullif(s.seqmax, CASE WHEN s.seqincrement > 0 THEN l.highest ELSE -1 END)::text AS maximum,
         nullif(s.seqstart, CASE WHEN s.seqincrement > 0 THEN s.seqmin ELSE s.seqmax END)::text AS start,
         nullif(s.seqcache, 1)::text AS cache,
         CASE WHEN s.seqcycle THEN 'true' END AS cycle
  FROM pg_sequence s
  JOIN pg_class c ON c.oid = s.seqrelid
  JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid AND d.objsubid = 0
                  AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'i'
  JOIN (VALUES ('smallint'::regtype, (-32768)::bigint, 32767::bigint),
               ('integer', -2147483648, 2147483647),
               ('bigint', -9223372036854775808, 9223372036854775807)) AS l(type, lowest, highest)
    ON l.type = s.seqtypid
) identity ON identity.refobjid = a.attrelid AND identity.refobjsubid = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped
  AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgrefit')
