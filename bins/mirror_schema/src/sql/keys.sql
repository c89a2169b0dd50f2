-- What: what tells a table's rows apart: the columns of its primary key, or else of the unique index
-- with the fewest columns, none of which may be NULL; and whether other indexes refuse rows that
-- are equal in theirs. No row: the table has no key.
-- Parameter: the schemas.
-- Locks: nothing.
WITH one_of_a_kind AS (
    SELECT i.indrelid, i.indexrelid, i.indisprimary, k.columns, k.not_null
           AND i.indisunique AND i.indisvalid AND NOT i.indisexclusion AND i.indpred IS NULL AND i.indexprs IS NULL AS is_key
      FROM pg_catalog.pg_index i
      JOIN LATERAL (
          SELECT array_agg(a.attname::text ORDER BY n.position) AS columns, bool_and(a.attnotnull) AS not_null
            FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS n(attnum, position)
            JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = n.attnum
           WHERE n.position <= i.indnkeyatts) k ON true
     WHERE i.indisunique OR i.indisexclusion)
SELECT DISTINCT ON (c.oid) ARRAY[n.nspname, c.relname]::text[] AS path, k.columns,
       (SELECT count(*) FROM one_of_a_kind o WHERE o.indrelid = c.oid) > 1 AS others
  FROM one_of_a_kind k
  JOIN pg_catalog.pg_class c ON c.oid = k.indrelid AND c.relkind = 'r'
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ($1) AND k.is_key
 ORDER BY c.oid, k.indisprimary DESC, cardinality(k.columns), k.indexrelid;
