-- What: the unique keys of a table that rows are told apart by as we do it: of plain columns, all
--       rows, any NULL unlike all others, and equal only if the bytes are.
-- Parameters: $1 the table's oid.
SELECT x.relname::text AS name,
       k.columns,
       i.indisprimary AS is_primary
FROM pg_index AS i
JOIN pg_class AS x ON x.oid = i.indexrelid
CROSS JOIN LATERAL (
    SELECT array_agg(a.attname::text ORDER BY n.position) AS columns,
           bool_and(o.opcdefault AND coalesce(l.collisdeterministic, true)) AS by_bytes
    FROM unnest(i.indkey::smallint[]) WITH ORDINALITY AS n(attnum, position)
    JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = n.attnum
    JOIN pg_opclass AS o ON o.oid = i.indclass[n.position - 1]
    LEFT JOIN pg_collation AS l ON l.oid = i.indcollation[n.position - 1]
    WHERE n.position <= i.indnkeyatts
) AS k
WHERE i.indrelid = $1 AND i.indisunique AND i.indimmediate
  AND i.indpred IS NULL AND i.indexprs IS NULL AND k.by_bytes
  -- Of PostgreSQL 15 and later.
  AND coalesce(to_jsonb(i) ->> 'indnullsnotdistinct', 'false') = 'false'
ORDER BY 1
